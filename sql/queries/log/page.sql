-- The next events after a position, up to another.
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.position > %(after)b::bigint
  AND e.position <= %(until)b::bigint
ORDER BY e.position
LIMIT %(limit)b::bigint;
