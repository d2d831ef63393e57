-- How far is a generation, and which streams of it wait behind a dead letter?
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
  ARRAY(
    SELECT DISTINCT ON (d.originator_id) d.originator_id
    FROM featuretrail.dead_letters AS d
    WHERE d.generation = g.generation
    ORDER BY d.originator_id, d.position
  ) AS parked_streams,
  ARRAY(
    SELECT DISTINCT ON (d.originator_id) d.position
    FROM featuretrail.dead_letters AS d
    WHERE d.generation = g.generation
    ORDER BY d.originator_id, d.position
  ) AS parked_positions
FROM featuretrail.generations AS g
WHERE g.generation = %(generation)s;
