-- Exchanges tables of the schema featuretrail with those of the same names in another schema, in the
-- caller's transaction. Owners, grants and compression stay with the names, and every view that reads
-- the live tables reads the new ones afterwards. Waits no longer than patience for all its locks together, and
-- takes those of views before those of tables, as whoever reads a view does.
CREATE FUNCTION featuretrail.swap_tables(other name, tables text[], patience interval)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  search_path_before CONSTANT text := current_setting('search_path');
  deadline CONSTANT timestamptz := clock_timestamp() + patience;
  relation text;
  reader record;
  readers jsonb[] := ARRAY[]::jsonb[];
  definition jsonb;
BEGIN
  PERFORM set_config('search_path', '', true);  -- so that definitions name schemas
  FOR reader IN
    SELECT DISTINCT v.oid, n.nspname, v.relname, v.relkind, v.relowner::regrole AS owner
    FROM unnest(tables) AS moved (name)
    JOIN pg_catalog.pg_depend AS d
      ON d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.refobjid = format('featuretrail.%I', moved.name)::regclass
      AND d.classid = 'pg_catalog.pg_rewrite'::regclass
    JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
    JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class
    JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
    WHERE v.relkind IN ('v', 'm')
    ORDER BY v.oid
  LOOP
    IF reader.relkind = 'm' THEN
      RAISE feature_not_supported USING
        MESSAGE = format(
          'the materialized view %I.%I reads the live tables and would go on reading the old ones: '
          'drop it and make it again after the swap', reader.nspname, reader.relname
        );
    END IF;
    PERFORM set_config(
      'lock_timeout',
      greatest(1, extract(milliseconds FROM deadline - clock_timestamp())::integer)::text,
      true
    );
    -- changes nothing; LOCK TABLE would also lock whatever else the view reads
    EXECUTE format('ALTER VIEW %I.%I OWNER TO %s', reader.nspname, reader.relname, reader.owner);
    readers := readers || jsonb_build_object(
      'name', format('%I.%I', reader.nspname, reader.relname), 'oid', reader.oid
    );
  END LOOP;

  FOREACH relation IN ARRAY tables LOOP
    PERFORM set_config(
      'lock_timeout',
      greatest(1, extract(milliseconds FROM deadline - clock_timestamp())::integer)::text,
      true
    );
    EXECUTE format(
      'LOCK TABLE ONLY featuretrail.%I, ONLY %I.%1$I IN ACCESS EXCLUSIVE MODE', relation, other
    );
  END LOOP;

  FOREACH relation IN ARRAY tables LOOP
    PERFORM featuretrail.copy_grants(
      format('featuretrail.%I', relation)::regclass, format('%I.%I', other, relation)::regclass
    );
    PERFORM featuretrail.keep_compression(
      format('featuretrail.%I', relation)::regclass,
      format('%I.%I', other, relation)::regclass,
      true
    );
  END LOOP;

  FOR ordinal IN 1 .. cardinality(readers) LOOP  -- only now, with the tables locked, what the views say
    readers[ordinal] := readers[ordinal] || jsonb_build_object(
      'query', pg_get_viewdef((readers[ordinal] ->> 'oid')::oid),
      'options', (
        SELECT CASE
          WHEN c.reloptions IS NULL THEN ''
          ELSE 'WITH (' || array_to_string(c.reloptions, ', ') || ')'
        END
        FROM pg_catalog.pg_class AS c
        WHERE c.oid = (readers[ordinal] ->> 'oid')::oid
      )
    );
  END LOOP;

  CREATE SCHEMA featuretrail_swap;
  FOREACH relation IN ARRAY tables LOOP
    EXECUTE format('ALTER TABLE featuretrail.%I SET SCHEMA featuretrail_swap', relation);
    EXECUTE format('ALTER TABLE %I.%I SET SCHEMA featuretrail', other, relation);
    EXECUTE format('ALTER TABLE featuretrail_swap.%I SET SCHEMA %I', relation, other);
  END LOOP;
  DROP SCHEMA featuretrail_swap;

  FOREACH definition IN ARRAY readers LOOP
    EXECUTE format(
      'CREATE OR REPLACE VIEW %s %s AS %s',
      definition ->> 'name', definition ->> 'options', definition ->> 'query'
    );
  END LOOP;
  PERFORM set_config('search_path', search_path_before, true);
END
$function$;

COMMENT ON FUNCTION featuretrail.swap_tables IS 'Exchanges live tables with those of another schema; owners and grants stay with the names, views read the new tables';
