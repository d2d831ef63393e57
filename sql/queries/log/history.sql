-- Everything recorded about one stream up to a position, oldest first.
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.originator_id = %(stream)b
  AND e.position <= %(until)b::bigint
ORDER BY e.originator_version;
