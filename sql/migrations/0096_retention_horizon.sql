-- Up to when rows of a table that are kept so long may be removed now, by the log's own clock: a multiple
-- of the table's chunk interval, where it is a hypertable and rows are kept longer than that, or else of
-- a day. So whole chunks go, and asking again soon finds nothing. NULL where rows are kept for ever.
CREATE FUNCTION featuretrail.retention_horizon(keep interval, schema_name text, table_name text)
RETURNS timestamptz
LANGUAGE plpgsql
STABLE
AS $function$
DECLARE
  step interval;
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb') THEN
    EXECUTE 'SELECT d.time_interval FROM timescaledb_information.dimensions AS d '
      'WHERE d.hypertable_schema = $1 AND d.hypertable_name = $2'
    INTO step
    USING schema_name, table_name;
  END IF;
  RETURN (
    SELECT date_bin(
      CASE WHEN step < keep THEN step ELSE interval '1 day' END,
      greatest(clock_timestamp(), h.recorded_at) - keep,
      timestamptz '1970-01-01 00:00:00+00'
    )
    FROM featuretrail.log_head AS h
  );
END
$function$;

COMMENT ON FUNCTION featuretrail.retention_horizon IS 'Up to when rows of a table that are kept so long may be removed now';
