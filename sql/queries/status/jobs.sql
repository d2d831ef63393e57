-- Which jobs of TimescaleDB concern us, and how did they run?
SELECT
  j.job_id AS job,
  j.proc_schema || '.' || j.proc_name AS procedure,
  j.hypertable_schema || '.' || j.hypertable_name AS table,
  j.schedule_interval AS every,
  j.scheduled,
  nullif(s.last_run_started_at, '-infinity') AS last_run,
  s.last_run_status AS last_status,
  nullif(s.last_successful_finish, '-infinity') AS last_success,
  coalesce(s.total_runs, 0) AS runs,
  coalesce(s.total_failures, 0) AS failures,
  nullif(coalesce(s.next_start, j.next_start), '-infinity') AS next_run,
  j.config
FROM timescaledb_information.jobs AS j
LEFT JOIN timescaledb_information.job_stats AS s
  ON s.job_id = j.job_id
WHERE j.hypertable_schema ~ '^featuretrail(_|$)'
  OR j.proc_schema ~ '^featuretrail(_|$)'
ORDER BY j.job_id
