-- TimescaleDB, where the server has it loaded and this role may create it; without it plain tables
-- take the place of hypertables.
DO $timescaledb$
BEGIN
  IF current_setting('shared_preload_libraries') LIKE '%timescaledb%' THEN
    CREATE EXTENSION IF NOT EXISTS timescaledb;
  END IF;
EXCEPTION
  WHEN insufficient_privilege OR undefined_file THEN
    RAISE WARNING 'going on without TimescaleDB: %', SQLERRM;
END
$timescaledb$;
