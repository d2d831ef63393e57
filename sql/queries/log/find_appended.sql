-- Which of these very events the log holds already.
SELECT
  e.position,
  e.recorded_at,
  e.digest
FROM unnest(%(streams)b::uuid[], %(versions)b::integer[], %(topics)b::text[], %(states)b::bytea[])
  WITH ORDINALITY AS given (stream, version, topic, state, ordinal)
JOIN featuretrail.events AS e
  ON e.originator_id = given.stream
  AND e.originator_version = given.version
  AND e.topic = given.topic
  AND e.state = given.state
ORDER BY given.ordinal;
