-- What the server is and which TimescaleDB it has, if any.
SELECT
  current_setting('server_version') AS server_version,
  (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb') AS timescaledb,
  current_setting('timescaledb.license', true) AS license;
