-- What a job of TimescaleDB's Community edition calls every day: each removal is committed by itself.
CREATE PROCEDURE featuretrail.run_maintenance(job_id integer, config jsonb)
LANGUAGE plpgsql
AS $procedure$
DECLARE
  actor CONSTANT text := format('timescaledb job %s', job_id);
  reason CONSTANT text := 'retention is due';
  known text;
BEGIN
  PERFORM featuretrail.apply_retention(actor, reason);
  COMMIT;
  FOREACH known IN ARRAY ARRAY(
    SELECT DISTINCT e.state ->> 'name'
    FROM featuretrail.events_readable AS e
    WHERE e.topic = 'featuretrail.group.defined'
  )
  LOOP
    PERFORM featuretrail.remove_values(known, actor, reason, false);
    COMMIT;
  END LOOP;
END
$procedure$;

COMMENT ON PROCEDURE featuretrail.run_maintenance IS 'Applies what retention has due; called by a job of TimescaleDB''s Community edition';

-- Makes TimescaleDB's Community edition call run_maintenance every day; returns the job's id, NULL where
-- nothing calls it by itself: then `featuretrail maintain` has to.
CREATE FUNCTION featuretrail.schedule_maintenance()
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
  IF functions IS NULL OR current_setting('timescaledb.license', true) IS DISTINCT FROM 'timescale' THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('featuretrail.retention', 0));
  EXECUTE 'SELECT j.job_id FROM timescaledb_information.jobs AS j '
    'WHERE j.proc_schema = ''featuretrail'' AND j.proc_name = ''run_maintenance'''
  INTO job;
  IF job IS NULL THEN
    EXECUTE format(
      'SELECT %I.add_job(''featuretrail.run_maintenance'', interval ''1 day'')', functions
    )
    INTO job;
  END IF;
  RETURN job;
END
$function$;

COMMENT ON FUNCTION featuretrail.schedule_maintenance IS 'Makes TimescaleDB''s Community edition call run_maintenance every day; NULL where nothing calls it by itself';

SELECT featuretrail.schedule_maintenance();
