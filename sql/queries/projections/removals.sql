-- The last removal of each table that a generation has taken in: what is past by it stays away.
SELECT DISTINCT ON (e.originator_id)
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.retention_tables AS t
JOIN featuretrail.generations AS g ON g.generation = %(generation)s
JOIN featuretrail.events AS e
  ON e.originator_id = t.stream
  AND e.topic = 'featuretrail.retention.applied'
  AND e.position <= g.position
WHERE NOT EXISTS (
  SELECT FROM featuretrail.dead_letters AS d
  WHERE d.generation = g.generation
    AND d.position = e.position
)
ORDER BY e.originator_id, e.originator_version DESC;
