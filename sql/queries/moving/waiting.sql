-- Which plain tables of a schema would be hypertables if they were made today? Needs TimescaleDB.
SELECT c.relname::text
FROM pg_catalog.pg_class AS c
WHERE c.relkind = 'r'
  AND c.relnamespace = to_regnamespace(quote_ident(%(schema)s))
  AND (
    %(schema)s = 'featuretrail_values'
    OR c.relname IN (SELECT d.relation FROM featuretrail.read_side_dimensions() AS d)
  )
  AND NOT EXISTS (
    SELECT FROM timescaledb_information.hypertables AS h
    WHERE h.hypertable_schema = %(schema)s AND h.hypertable_name = c.relname
  )
ORDER BY c.relname
