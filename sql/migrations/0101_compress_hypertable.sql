-- Says how chunks of a hypertable are compressed from now on. The first time also has a policy do it
-- once a chunk is old enough; a policy that was changed or removed since is left as it is.
CREATE FUNCTION featuretrail.compress_hypertable(
  target regclass,
  segment_by name[],
  order_by text,
  old_enough interval DEFAULT '14 days'
)
RETURNS boolean
LANGUAGE plpgsql
SET client_min_messages = error  -- no advice to segment by what is unique
AS $function$
DECLARE
  functions name;
  settings record;
BEGIN
  IF NOT featuretrail.compresses() THEN
    RETURN false;
  END IF;
  IF NOT EXISTS (
    SELECT FROM timescaledb_information.hypertables AS h
    WHERE format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass = target
  ) THEN
    RETURN false;
  END IF;
  SELECT n.nspname
  INTO functions
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
  WHERE e.extname = 'timescaledb';
  SELECT
    s.orderby AS order_by,
    ARRAY(
      SELECT c.attname
      FROM timescaledb_information.compression_settings AS c
      WHERE format('%I.%I', c.hypertable_schema, c.hypertable_name)::regclass = target
        AND c.segmentby_column_index IS NOT NULL
      ORDER BY c.segmentby_column_index
    ) AS segment_by
  INTO settings
  FROM timescaledb_information.hypertable_compression_settings AS s
  WHERE s.hypertable = target;
  IF settings.segment_by = compress_hypertable.segment_by
    AND settings.order_by = compress_hypertable.order_by THEN
    RETURN true;
  END IF;
  EXECUTE format(
    'ALTER TABLE %s SET (timescaledb.compress, timescaledb.compress_segmentby = %L, '
    'timescaledb.compress_orderby = %L)',
    target,
    (SELECT coalesce(string_agg(quote_ident(c.name), ', ' ORDER BY c.place), '')
     FROM unnest(segment_by) WITH ORDINALITY AS c (name, place)),
    order_by
  );
  IF settings.order_by IS NULL AND old_enough IS NOT NULL THEN
    EXECUTE format('SELECT FROM %I.add_compression_policy($1, $2)', functions)
    USING target, old_enough;
  END IF;
  RETURN true;
END
$function$;

COMMENT ON FUNCTION featuretrail.compress_hypertable IS 'Says how chunks of a hypertable are compressed, and at first by a policy of what age, on TimescaleDB''s Community edition; tells whether it did';
