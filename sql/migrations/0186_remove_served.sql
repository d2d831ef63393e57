-- Removes the rows of the served log from before a horizon: whole chunks where TimescaleDB is present, row
-- by row otherwise. Chunks that somebody reads are emptied instead, so that nobody waits for a reader.
CREATE FUNCTION featuretrail.remove_served(horizon timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
  patience CONSTANT text := current_setting('lock_timeout');
  is_hypertable boolean := false;
BEGIN
  IF functions IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM timescaledb_information.hypertables AS h '
      'WHERE h.hypertable_schema = ''featuretrail'' AND h.hypertable_name = ''served'')'
    INTO is_hypertable;
  END IF;
  IF is_hypertable THEN
    PERFORM set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    BEGIN
      PERFORM set_config('lock_timeout', '100ms', true);
      EXECUTE format(
        'SELECT FROM %I.drop_chunks(''featuretrail.served''::regclass, older_than => $1)', functions
      )
      USING horizon;
    EXCEPTION
      WHEN lock_not_available OR deadlock_detected OR insufficient_privilege THEN
        NULL;  -- their rows are deleted below
    END;
    PERFORM set_config('lock_timeout', patience, true);
  END IF;
  DELETE FROM featuretrail.served AS s
  WHERE s.served_at < horizon;
END
$function$;

COMMENT ON FUNCTION featuretrail.remove_served IS 'Removes the rows of the served log from before a horizon; drops whole chunks where it can';
