-- In which schema are TimescaleDB's functions?
SELECT n.nspname::text
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n
  ON n.oid = e.extnamespace
WHERE e.extname = 'timescaledb'
