-- Does a scheduler of TimescaleDB run the jobs of this database, and would this role see it?
SELECT
  EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity AS a
    WHERE a.backend_type LIKE 'TimescaleDB%%Scheduler%%' AND a.datname = current_database()
  ) AS works,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS seen,
  current_setting('timescaledb.max_background_workers', true) AS allowed
