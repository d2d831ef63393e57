-- The column type of a dtype: the only types that a feature's column can get.
CREATE FUNCTION featuretrail.sql_type(dtype text)
RETURNS text
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
  CASE sql_type.dtype
    WHEN 'float64' THEN RETURN 'double precision';
    WHEN 'int64' THEN RETURN 'bigint';
    WHEN 'bool' THEN RETURN 'boolean';
    WHEN 'text' THEN RETURN 'text COLLATE "C"';
    WHEN 'timestamptz' THEN RETURN 'timestamptz';
    ELSE
      RAISE invalid_parameter_value USING MESSAGE = format('no feature has type %L', sql_type.dtype);
  END CASE;
END
$function$;

COMMENT ON FUNCTION featuretrail.sql_type IS 'The column type of a dtype';
