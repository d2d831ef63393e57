-- The next dead letters of a generation, as the events they are; ends with the one that fills the bytes.
SELECT
  p.position,
  p.recorded_at,
  p.topic,
  p.originator_id,
  p.originator_version,
  p.state,
  p.digest
FROM (
  SELECT
    e.position,
    e.recorded_at,
    e.topic,
    e.originator_id,
    e.originator_version,
    e.state,
    e.digest,
    sum(octet_length(e.state)) OVER (ORDER BY e.position) AS bytes
  FROM featuretrail.dead_letters AS d
  JOIN featuretrail.events AS e ON e.position = d.position
  WHERE d.generation = %(generation)s
    AND d.position > %(after)s
  ORDER BY d.position
  LIMIT %(limit)s
) AS p
WHERE p.bytes - octet_length(p.state) < %(bytes)s
ORDER BY p.position;
