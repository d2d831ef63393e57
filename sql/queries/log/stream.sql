-- The events of one stream between two versions, oldest first.
SELECT
  e.originator_id,
  e.originator_version,
  e.topic,
  e.state,
  e.position
FROM featuretrail.events AS e
WHERE e.originator_id = %(stream)b
  AND e.originator_version > %(after)b::integer
  AND e.originator_version <= %(until)b::integer
ORDER BY e.originator_version ASC
LIMIT %(limit)b::bigint;
