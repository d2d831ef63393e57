-- Fits the chunks of every group to the rows that arrive. For a job: hence the arguments it ignores.
CREATE PROCEDURE featuretrail.tune_values(job_id integer DEFAULT NULL, config jsonb DEFAULT NULL)
LANGUAGE plpgsql
AS $procedure$
DECLARE
  patience CONSTANT text := current_setting('lock_timeout');
  feature_group text;
BEGIN
  FOR feature_group IN
    SELECT c.relname
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = 'featuretrail_values'::regnamespace AND c.relkind = 'r'
    ORDER BY c.relname
  LOOP
    BEGIN
      PERFORM set_config('lock_timeout', '500ms', true);  -- readers would queue behind this
      PERFORM featuretrail.fit_chunks(feature_group);
      PERFORM featuretrail.fit_compression(feature_group);
    EXCEPTION
      WHEN lock_not_available THEN
        RAISE WARNING 'the chunks of % are in use and stay as they are until the next time', feature_group;
    END;
  END LOOP;
  PERFORM set_config('lock_timeout', patience, true);
END
$procedure$;

COMMENT ON PROCEDURE featuretrail.tune_values IS 'Fits the chunks of every group to the rows that arrive; a daily job on TimescaleDB''s Community edition';
