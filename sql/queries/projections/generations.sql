-- Which generations are there, oldest first?
SELECT
  g.generation,
  g.schema_name,
  g.state,
  g.tables,
  g.until,
  g.position,
  g.replays,
  g.library_version,
  g.created_at,
  g.advanced_at,
  g.swapped_at,
  (SELECT count(*) FROM featuretrail.dead_letters AS d WHERE d.generation = g.generation) AS dead_letters
FROM featuretrail.generations AS g
ORDER BY g.generation;
