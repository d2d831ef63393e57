-- Makes the three tables of a new feature group, with its keys and times. Runs with the owner's
-- rights, so that who registers needs none to alter the schema: it makes nothing else.
CREATE FUNCTION featuretrail.create_group_tables(
  group_name text,
  keys text[],
  key_types text[],
  known_time text,
  chunk_interval interval
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  key_columns CONSTANT text := (
    SELECT string_agg(format('%I %s NOT NULL', k.name, featuretrail.sql_type(k.dtype)), ', ' ORDER BY k.place)
    FROM unnest(keys, key_types) WITH ORDINALITY AS k (name, dtype, place)
  );
  key_names CONSTANT text := (
    SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.place)
    FROM unnest(keys) WITH ORDINALITY AS k (name, place)
  );
  described record;
BEGIN
  EXECUTE format(
    'CREATE TABLE featuretrail_values.%I (%s, event_time timestamptz NOT NULL, batch bigint NOT NULL%s)',
    group_name,
    key_columns,
    CASE WHEN known_time IS NULL THEN '' ELSE format(', %I timestamptz NOT NULL', known_time) END
  );
  PERFORM featuretrail.make_hypertable(
    format('featuretrail_values.%I', group_name)::regclass, 'event_time', chunk_interval
  );
  EXECUTE format(
    'CREATE UNIQUE INDEX ON featuretrail_values.%I (%s, event_time DESC, batch DESC)',
    group_name,
    key_names
  );
  EXECUTE format(
    'CREATE TABLE featuretrail_online.%I (%s, layout bigint NOT NULL, event_time timestamptz NOT NULL, '
    'batch bigint NOT NULL, PRIMARY KEY (%s, layout)) WITH (fillfactor = 80)',
    group_name,
    key_columns,
    key_names
  );
  EXECUTE format(
    'CREATE TABLE featuretrail_retracted.%I (%s, from_event_time timestamptz NOT NULL, '
    'batch bigint NOT NULL, PRIMARY KEY (%s, from_event_time, batch))',
    group_name,
    key_columns,
    key_names
  );

  FOR described IN
    SELECT t.schema_name, t.comment
    FROM (VALUES
      ('featuretrail_values', 'Every value of feature group %s, append-only'),
      ('featuretrail_online', 'The newest row of each entity and layout of group %s'),
      ('featuretrail_retracted', 'The retractions of feature group %s')
    ) AS t (schema_name, comment)
  LOOP
    EXECUTE format(
      'COMMENT ON TABLE %I.%I IS %L',
      described.schema_name, group_name, format(described.comment, group_name)
    );
  END LOOP;
  FOR described IN
    SELECT s.schema_name, k.name AS column_name, 'A key of the entity' AS comment
    FROM unnest(keys) AS k (name)
    CROSS JOIN (
      VALUES ('featuretrail_values'), ('featuretrail_online'), ('featuretrail_retracted')
    ) AS s (schema_name)
    UNION ALL
    SELECT s.schema_name, 'batch', 'The batch of the group that wrote the row; see featuretrail.batches'
    FROM (
      VALUES ('featuretrail_values'), ('featuretrail_online'), ('featuretrail_retracted')
    ) AS s (schema_name)
    UNION ALL
    SELECT 'featuretrail_values', 'event_time', 'When the values became true'
    UNION ALL
    SELECT 'featuretrail_values', known_time, 'When the source knew the row'
    WHERE known_time IS NOT NULL
    UNION ALL
    SELECT 'featuretrail_online', 'layout', 'First batch that wrote the same columns; 0 where values were retracted'
    UNION ALL
    SELECT 'featuretrail_online', 'event_time', 'When the values became true; of a retraction, where it begins'
    UNION ALL
    SELECT
      'featuretrail_retracted',
      'from_event_time',
      'Values of this event time or later, of earlier batches, are hidden'
  LOOP
    EXECUTE format(
      'COMMENT ON COLUMN %I.%I.%I IS %L',
      described.schema_name, group_name, described.column_name, described.comment
    );
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.create_group_tables IS 'Makes the tables of a new feature group, with the rights of the owner';
REVOKE EXECUTE ON FUNCTION featuretrail.create_group_tables FROM PUBLIC;
