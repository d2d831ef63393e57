-- Which events are at some positions?
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.position = ANY (%(positions)s::bigint[])
ORDER BY e.position
