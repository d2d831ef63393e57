-- Which rows were served under these ids, in a time that all of them lie in?
SELECT
  s.served_id::text AS served_id,
  s.served_at,
  s.known_position,
  s.position,
  s.features,
  s.keys,
  s.values,
  s.statuses,
  s.event_times
FROM featuretrail.served AS s
WHERE s.served_id = ANY (%(ids)s::uuid[])
  AND s.served_at >= %(since)s
  AND s.served_at < %(until)s
ORDER BY
  s.served_at,
  s.served_id
