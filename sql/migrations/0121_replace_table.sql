-- Puts a table with the same rows in the place of another one, which is dropped, in the caller's
-- transaction. Name, comment, owner and grants stay, and every view that reads the table reads the new
-- one afterwards. Waits no longer than patience for all its locks together, and takes those of views
-- before that of the table, as whoever reads a view does.
CREATE FUNCTION featuretrail.replace_table(target regclass, replacement regclass, patience interval)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  search_path_before CONSTANT text := current_setting('search_path');
  deadline CONSTANT timestamptz := clock_timestamp() + patience;
  home CONSTANT name := (
    SELECT n.nspname
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = target
  );
  kept text;
  reader record;
  readers jsonb[] := ARRAY[]::jsonb[];
  definition jsonb;
BEGIN
  SELECT string_agg(k.what, ', ' ORDER BY k.what)
  INTO kept
  FROM (
    SELECT 'trigger ' || t.tgname
    FROM pg_catalog.pg_trigger AS t
    WHERE t.tgrelid = target AND NOT t.tgisinternal
    UNION ALL
    SELECT 'policy ' || p.polname FROM pg_catalog.pg_policy AS p WHERE p.polrelid = target
    UNION ALL
    SELECT 'publication ' || b.pubname
    FROM pg_catalog.pg_publication_rel AS r
    JOIN pg_catalog.pg_publication AS b ON b.oid = r.prpubid
    WHERE r.prrelid = target
  ) AS k (what);
  IF kept IS NOT NULL THEN
    RAISE feature_not_supported USING
      MESSAGE = format(
        '%s would be lost with the old table: drop that first and make it again afterwards', kept
      );
  END IF;

  PERFORM set_config('search_path', '', true);  -- so that definitions name schemas
  FOR reader IN
    SELECT DISTINCT v.oid, n.nspname, v.relname, v.relkind, v.relowner::regrole AS owner
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
    JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class
    JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.refobjid = target
      AND d.classid = 'pg_catalog.pg_rewrite'::regclass
      AND v.relkind IN ('v', 'm')
    ORDER BY v.oid
  LOOP
    IF reader.relkind = 'm' THEN
      RAISE feature_not_supported USING
        MESSAGE = format(
          'the materialized view %I.%I reads the table and cannot be led to another one: drop it and '
          'make it again afterwards', reader.nspname, reader.relname
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
  PERFORM set_config(
    'lock_timeout',
    greatest(1, extract(milliseconds FROM deadline - clock_timestamp())::integer)::text,
    true
  );
  EXECUTE format('LOCK TABLE ONLY %s, ONLY %s IN ACCESS EXCLUSIVE MODE', target, replacement);

  PERFORM featuretrail.copy_grants(target, replacement);
  EXECUTE format('COMMENT ON TABLE %s IS %L', replacement, obj_description(target, 'pg_class'));
  FOR ordinal IN 1 .. cardinality(readers) LOOP
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

  CREATE SCHEMA featuretrail_replaced;
  EXECUTE format('ALTER TABLE %s SET SCHEMA featuretrail_replaced', target);
  EXECUTE format('ALTER TABLE %s SET SCHEMA %I', replacement, home);
  FOREACH definition IN ARRAY readers LOOP
    EXECUTE format(
      'CREATE OR REPLACE VIEW %s %s AS %s',
      definition ->> 'name', definition ->> 'options', definition ->> 'query'
    );
  END LOOP;
  EXECUTE format('DROP TABLE %s', target);
  DROP SCHEMA featuretrail_replaced;
  PERFORM set_config('search_path', search_path_before, true);
END
$function$;

COMMENT ON FUNCTION featuretrail.replace_table IS 'Puts a table with the same rows in the place of another one; comment, owner, grants and views stay';
