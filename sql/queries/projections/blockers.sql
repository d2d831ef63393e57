-- Which sessions hold the live tables or the views over them, longest transaction first?
SELECT
  a.pid,
  a.usename,
  a.application_name,
  a.state,
  greatest(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::double precision AS seconds
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid IN (
  SELECT l.pid
  FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'featuretrail'
    AND c.relname = ANY (%(tables)s)
    AND l.granted
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
    AND l.pid <> pg_backend_pid()
)
ORDER BY a.xact_start, a.pid;
