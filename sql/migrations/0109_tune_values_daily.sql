-- Fits the chunks of groups that are registered already, and has a job do so once a day, where the
-- edition has jobs.
CALL featuretrail.tune_values();

DO $job$
DECLARE
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
BEGIN
  IF featuretrail.compresses() THEN
    EXECUTE format(
      'SELECT FROM %I.add_job(''featuretrail.tune_values'', ''1 day'', job_name => %L)',
      functions,
      'featuretrail: fit chunks of values'
    );
  END IF;
END
$job$;
