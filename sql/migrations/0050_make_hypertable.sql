-- Makes an empty table of the read side a hypertable where TimescaleDB is present.
CREATE FUNCTION featuretrail.make_hypertable(
  target regclass,
  time_column name,
  chunk_interval interval
)
RETURNS boolean
LANGUAGE plpgsql
AS $function$
DECLARE
  functions CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'timescaledb'
  );
BEGIN
  IF functions IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'SELECT FROM %1$I.create_hypertable($1, %1$I.by_range($2, $3), create_default_indexes => false)',
    functions
  )
  USING target, time_column, chunk_interval;
  RETURN true;
END
$function$;

COMMENT ON FUNCTION featuretrail.make_hypertable IS 'Makes an empty table a hypertable on its time column, where TimescaleDB is present; tells whether it did';
