-- Moves a generation on, if it is where its projector believes it to be; tells where its tables are.
UPDATE featuretrail.generations AS g
SET
  position = %(position)s,
  advanced_at = clock_timestamp()
WHERE g.generation = %(generation)s
  AND g.position = %(expected)s
  AND g.replays = %(replays)s
RETURNING g.schema_name;
