-- Registers a new generation.
INSERT INTO featuretrail.generations
  (generation, schema_name, state, tables, until, library_version)
SELECT
  coalesce(max(g.generation), 0) + 1,
  coalesce(%(schema_name)s::text, 'featuretrail_g' || coalesce(max(g.generation), 0) + 1),
  %(state)s,
  %(tables)s,
  %(until)s,
  %(library_version)s
FROM featuretrail.generations AS g
RETURNING generation, schema_name;
