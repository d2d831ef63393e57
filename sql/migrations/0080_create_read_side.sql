-- Makes empty tables like the live ones in a schema: columns, keys, indexes, hypertables, comments,
-- owners and grants; with all of them also the views. Who may use the schema reads them.
CREATE FUNCTION featuretrail.create_read_side(target name, tables text[], views text[])
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  timescaledb CONSTANT boolean := EXISTS (
    SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb'
  );
  owner CONSTANT regrole := (
    SELECT n.nspowner FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'featuretrail'
  );
  search_path_before CONSTANT text := current_setting('search_path');
  relation text;
  time_column name;
  chunk_interval interval;
  definition text;
  column_name name;
  explanation text;
BEGIN
  EXECUTE format('ALTER SCHEMA %I OWNER TO %s', target, owner);
  EXECUTE format(
    'COMMENT ON SCHEMA %I IS %L', target, 'A build of featuretrail''s read side beside the live one'
  );
  FOREACH relation IN ARRAY tables LOOP
    EXECUTE format(
      'CREATE TABLE %I.%I (LIKE featuretrail.%2$I INCLUDING ALL)', target, relation
    );
    EXECUTE format(
      'COMMENT ON TABLE %I.%I IS %L',
      target,
      relation,
      obj_description(format('featuretrail.%I', relation)::regclass, 'pg_class')
    );
    IF timescaledb THEN
      EXECUTE 'SELECT d.column_name, d.time_interval FROM timescaledb_information.dimensions AS d '
        'WHERE d.hypertable_schema = ''featuretrail'' AND d.hypertable_name = $1'
      INTO time_column, chunk_interval
      USING relation;
      IF time_column IS NULL THEN  -- the live one is a plain table: TimescaleDB came later
        SELECT d.time_name, d.span
        INTO time_column, chunk_interval
        FROM featuretrail.read_side_dimensions() AS d (table_name, time_name, span)
        WHERE d.table_name = relation;
      END IF;
      IF time_column IS NOT NULL THEN
        PERFORM featuretrail.make_hypertable(
          format('%I.%I', target, relation)::regclass, time_column, chunk_interval
        );
        PERFORM featuretrail.keep_compression(
          format('featuretrail.%I', relation)::regclass,
          format('%I.%I', target, relation)::regclass,
          false  -- what is built is not compressed meanwhile
        );
      END IF;
    END IF;
    PERFORM featuretrail.copy_grants(
      format('featuretrail.%I', relation)::regclass, format('%I.%I', target, relation)::regclass
    );
  END LOOP;

  FOREACH relation IN ARRAY views LOOP
    PERFORM set_config('search_path', 'featuretrail', true);  -- the tables' names are bare
    definition := pg_get_viewdef(format('featuretrail.%I', relation)::regclass);
    PERFORM set_config('search_path', quote_ident(target), true);  -- and found in the new schema
    EXECUTE format(
      'CREATE VIEW %I.%I WITH (security_invoker = true) AS %s', target, relation, definition
    );
    EXECUTE format(
      'COMMENT ON VIEW %I.%I IS %L',
      target,
      relation,
      obj_description(format('featuretrail.%I', relation)::regclass, 'pg_class')
    );
    FOR column_name, explanation IN
      SELECT a.attname, col_description(a.attrelid, a.attnum)
      FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = format('featuretrail.%I', relation)::regclass AND a.attnum > 0
    LOOP
      EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', target, relation, column_name, explanation);
    END LOOP;
    PERFORM featuretrail.copy_grants(
      format('featuretrail.%I', relation)::regclass, format('%I.%I', target, relation)::regclass
    );
  END LOOP;
  PERFORM set_config('search_path', search_path_before, true);
END
$function$;

COMMENT ON FUNCTION featuretrail.create_read_side IS 'Makes empty tables like the live ones, and views over them, in a schema';
