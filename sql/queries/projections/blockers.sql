-- Which sessions hold or want the live tables?
SELECT DISTINCT
  a.pid,
  a.application_name,
  a.state
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'featuretrail'
  AND c.relname = ANY (%(tables)s)
  AND l.pid <> pg_backend_pid()
ORDER BY a.pid;
