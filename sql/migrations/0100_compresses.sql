-- Can this database compress hypertables? Only with TimescaleDB's Community edition.
CREATE FUNCTION featuretrail.compresses()
RETURNS boolean
LANGUAGE sql
STABLE
AS $function$
  SELECT current_setting('timescaledb.license', true) IS NOT DISTINCT FROM 'timescale'
    AND EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb')
$function$;

COMMENT ON FUNCTION featuretrail.compresses IS 'Whether hypertables can be compressed here: with TimescaleDB''s Community edition';
