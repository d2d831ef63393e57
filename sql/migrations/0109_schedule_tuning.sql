-- Makes TimescaleDB's Community edition call tune_values every day; returns the job's id, NULL where
-- the edition has no jobs. To be called again when TimescaleDB comes later.
CREATE FUNCTION featuretrail.schedule_tuning()
RETURNS integer
LANGUAGE plpgsql
AS $function$
DECLARE
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
  job integer;
BEGIN
  IF NOT featuretrail.compresses() THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('featuretrail.tuning', 0));
  EXECUTE 'SELECT j.job_id FROM timescaledb_information.jobs AS j '
    'WHERE j.proc_schema = ''featuretrail'' AND j.proc_name = ''tune_values'''
  INTO job;
  IF job IS NULL THEN
    EXECUTE format(
      'SELECT %I.add_job(''featuretrail.tune_values'', interval ''1 day'', job_name => %L)',
      functions,
      'featuretrail: fit chunks of values'
    )
    INTO job;
  END IF;
  RETURN job;
END
$function$;

COMMENT ON FUNCTION featuretrail.schedule_tuning IS 'Makes TimescaleDB''s Community edition call tune_values every day; NULL where it has no jobs';

SELECT featuretrail.schedule_tuning();

CALL featuretrail.tune_values();
