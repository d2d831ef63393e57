-- The next events after a position, column by column as their digests cover them.
SELECT
  e.position,
  e.recorded_at,
  e.originator_id,
  e.originator_version,
  pg_catalog.convert_to(e.topic, 'UTF8') AS topic,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.position > %(after)b::bigint
ORDER BY e.position
LIMIT %(limit)b::bigint;
