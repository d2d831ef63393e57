-- The events before a position, back to another, newest first.
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.position < %(before)b::bigint
  AND e.position > %(after)b::bigint
  AND (cardinality(%(topics)b::text[]) = 0 OR e.topic = ANY (%(topics)b::text[]))
ORDER BY e.position DESC
LIMIT %(limit)b::bigint;
