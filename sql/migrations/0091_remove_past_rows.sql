-- Removes the rows of a table of the read side that were past before a horizon: whole chunks where
-- TimescaleDB is present and no row of a chunk stays, row by row otherwise. A chunk that somebody
-- reads is emptied instead, so that nobody waits for a reader. Runs with the owner's rights, so that
-- the projector needs none to remove rows: it removes past rows of generations' tables alone.
CREATE FUNCTION featuretrail.remove_past_rows(
  target regclass,
  time_column name,
  past_since name,
  horizon timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
  patience CONSTANT text := current_setting('lock_timeout');
  first_moment timestamptz;
  last_moment timestamptz;
  kept boolean;
BEGIN
  IF NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN featuretrail.generations AS g ON g.schema_name = n.nspname
    JOIN featuretrail.retention_tables AS r ON r.table_name = c.relname
    WHERE c.oid = target
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('%s is no table of the read side that has past rows', target);
  END IF;
  IF functions IS NOT NULL THEN
    PERFORM set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    FOR first_moment, last_moment IN EXECUTE
      'SELECT c.range_start, c.range_end'
      ' FROM timescaledb_information.chunks AS c'
      ' JOIN pg_catalog.pg_class AS t ON t.relname = c.hypertable_name'
      ' JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace AND n.nspname = c.hypertable_schema'
      ' WHERE t.oid = $1 AND c.range_end <= $2'
      ' ORDER BY c.range_start'
      USING target, horizon
    LOOP
      EXECUTE format(
        'SELECT EXISTS ('
        'SELECT FROM %1$s AS t WHERE t.%2$I >= $1 AND t.%2$I < $2 AND (t.%3$I < $3) IS NOT TRUE)',
        target, time_column, past_since
      )
      INTO kept
      USING first_moment, last_moment, horizon;
      CONTINUE WHEN kept;
      BEGIN
        PERFORM set_config('lock_timeout', '100ms', true);
        EXECUTE format(
          'SELECT FROM %I.drop_chunks($1, older_than => $2, newer_than => $3)', functions
        )
        USING target, last_moment, first_moment;
      EXCEPTION
        WHEN lock_not_available OR deadlock_detected OR insufficient_privilege THEN
          NULL;  -- its rows are deleted below
      END;
      PERFORM set_config('lock_timeout', patience, true);
    END LOOP;
  END IF;
  EXECUTE format('DELETE FROM %s AS t WHERE t.%I < $1 AND t.%I < $1', target, time_column, past_since)
  USING horizon;
END
$function$;

COMMENT ON FUNCTION featuretrail.remove_past_rows IS 'Removes the rows of a table of the read side that were past before a horizon; drops whole chunks where it can';
