-- Which session owns a generation, if any?
SELECT
  a.pid,
  a.application_name,
  host(a.client_addr) AS address,
  a.backend_start AS since
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory'
  AND l.granted
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
  AND l.objsubid = 1
  AND (l.classid::bigint << 32 | l.objid::bigint)
    = (hashtextextended('featuretrail generation', 0) # %(generation)s::bigint);
