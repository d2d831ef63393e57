-- Which rows does a batch of the served log hold?
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
WHERE s.position = %(position)s::bigint
  AND s.served_at >= %(since)s
  AND s.served_at <= %(until)s
