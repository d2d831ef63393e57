-- What a job of TimescaleDB's Community edition calls every day.
CREATE PROCEDURE featuretrail.run_maintenance(job_id integer, config jsonb)
LANGUAGE plpgsql
AS $procedure$
BEGIN
  PERFORM featuretrail.apply_retention(format('timescaledb job %s', job_id), 'retention is due');
END
$procedure$;

COMMENT ON PROCEDURE featuretrail.run_maintenance IS 'Applies what retention has due; called by a job of TimescaleDB''s Community edition';
