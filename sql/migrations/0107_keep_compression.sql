-- Gives a table the compression of another one: its settings and, on request, its policies, which the
-- other one then has no more. Of hypertables, on TimescaleDB's Community edition; else does nothing.
CREATE FUNCTION featuretrail.keep_compression(source regclass, target regclass, policies boolean)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  schema_name CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = source
  );
  table_name CONSTANT name := (SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.oid = source);
  functions name;
  policy record;
BEGIN
  IF NOT featuretrail.compresses() THEN
    RETURN;
  END IF;
  PERFORM featuretrail.compress_hypertable(
    target,
    ARRAY(
      SELECT c.attname
      FROM timescaledb_information.compression_settings AS c
      WHERE c.hypertable_schema = schema_name AND c.hypertable_name = table_name
        AND c.segmentby_column_index IS NOT NULL
      ORDER BY c.segmentby_column_index
    ),
    s.orderby,
    NULL
  )
  FROM timescaledb_information.hypertable_compression_settings AS s
  WHERE s.hypertable = source AND s.orderby IS NOT NULL;
  IF NOT policies THEN
    RETURN;
  END IF;
  SELECT n.nspname
  INTO functions
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
  WHERE e.extname = 'timescaledb';
  FOR policy IN
    SELECT j.config ->> 'compress_after' AS old_enough, j.schedule_interval
    FROM timescaledb_information.jobs AS j
    WHERE j.hypertable_schema = schema_name AND j.hypertable_name = table_name
      AND j.proc_name = 'policy_compression'
  LOOP
    EXECUTE format('SELECT FROM %I.remove_compression_policy($1)', functions) USING source;
    EXECUTE format(
      'SELECT FROM %I.add_compression_policy($1, $2, schedule_interval => $3)', functions
    )
    USING target, policy.old_enough::interval, policy.schedule_interval;
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.keep_compression IS 'Gives a table the compression settings of another one and, on request, takes over its policy';
