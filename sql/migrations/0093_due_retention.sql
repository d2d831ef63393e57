-- What retention would remove from the live tables now, by the log's own clock. Horizons are multiples
-- of the table's chunk interval, where it is a hypertable and rows are kept longer than that, or else
-- of a day: so whole chunks go, and asking again soon finds nothing.
CREATE FUNCTION featuretrail.due_retention()
RETURNS TABLE (table_name text, stream uuid, horizon timestamptz, rows bigint)
LANGUAGE plpgsql
STABLE
AS $function$
#variable_conflict use_column
DECLARE
  timescaledb CONSTANT boolean := EXISTS (
    SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb'
  );
  log_time CONSTANT timestamptz := (
    SELECT greatest(clock_timestamp(), h.recorded_at) FROM featuretrail.log_head AS h
  );
  known record;
  step interval;
BEGIN
  FOR known IN
    SELECT t.table_name, t.stream, t.time_column, t.past_since, r.keep, r.horizon
    FROM featuretrail.retention_tables AS t
    JOIN featuretrail.retention AS r ON r.table_name = t.table_name
    WHERE r.keep IS NOT NULL
    ORDER BY t.table_name
  LOOP
    step := NULL;
    IF timescaledb THEN
      EXECUTE 'SELECT d.time_interval FROM timescaledb_information.dimensions AS d '
        'WHERE d.hypertable_schema = ''featuretrail'' AND d.hypertable_name = $1'
      INTO step
      USING known.table_name;
    END IF;
    IF step IS NULL OR step >= known.keep THEN
      step := '1 day';
    END IF;
    table_name := known.table_name;
    stream := known.stream;
    horizon := date_bin(step, log_time - known.keep, timestamptz '1970-01-01 00:00:00+00');
    CONTINUE WHEN horizon <= known.horizon;
    EXECUTE format(
      'SELECT count(*) FROM featuretrail.%I AS t WHERE t.%I < $1 AND t.%I < $1',
      known.table_name, known.time_column, known.past_since
    )
    INTO rows
    USING horizon;
    CONTINUE WHEN rows = 0;
    RETURN NEXT;
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.due_retention IS 'What retention would remove from the live tables now';
