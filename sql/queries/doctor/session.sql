-- Who is connected, to what, and what is the time there?
SELECT
  current_user AS role,
  r.rolsuper OR r.rolcreatedb AS makes_databases,
  pg_is_in_recovery() AS standby,
  current_setting('server_encoding') AS encoding,
  current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int AS connections,
  clock_timestamp() AS now
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = current_user;
