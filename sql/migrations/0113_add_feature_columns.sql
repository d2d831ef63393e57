-- Adds nullable feature columns to the values and online tables of a group. Runs with the owner's
-- rights, so that who registers needs none to alter the schema: it adds columns and nothing else.
CREATE FUNCTION featuretrail.add_feature_columns(
  group_name text,
  columns text[],
  dtypes text[]
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  added CONSTANT text := (
    SELECT string_agg(format('ADD COLUMN %I %s', c.name, featuretrail.sql_type(c.dtype)), ', ' ORDER BY c.place)
    FROM unnest(columns, dtypes) WITH ORDINALITY AS c (name, dtype, place)
  );
  target text;
  feature record;
BEGIN
  FOREACH target IN ARRAY ARRAY['featuretrail_values', 'featuretrail_online'] LOOP
    EXECUTE format('ALTER TABLE %I.%I %s', target, group_name, added);
    FOR feature IN
      SELECT c.name, c.dtype FROM unnest(columns, dtypes) AS c (name, dtype)
    LOOP
      EXECUTE format(
        'COMMENT ON COLUMN %I.%I.%I IS %L',
        target, group_name, feature.name, format('A feature of type %s', feature.dtype)
      );
    END LOOP;
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.add_feature_columns IS 'Adds feature columns to the tables of a group, with the rights of the owner';
REVOKE EXECUTE ON FUNCTION featuretrail.add_feature_columns FROM PUBLIC;
