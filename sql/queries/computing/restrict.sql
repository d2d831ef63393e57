-- Makes this transaction one that only reads, and only what PostgreSQL itself defines; its rows
-- are sorted in memory.
SELECT
  set_config('transaction_read_only', 'on', TRUE),
  set_config('search_path', 'pg_catalog, pg_temp', TRUE),
  set_config('standard_conforming_strings', 'on', TRUE),
  set_config('jit', 'off', TRUE),
  set_config('work_mem', '64MB', TRUE)
