-- What retention would remove from the live tables now.
CREATE FUNCTION featuretrail.due_retention()
RETURNS TABLE (table_name text, stream uuid, horizon timestamptz, rows bigint)
LANGUAGE plpgsql
STABLE
AS $function$
#variable_conflict use_column
DECLARE
  known record;
BEGIN
  FOR known IN
    SELECT t.table_name, t.stream, t.time_column, t.past_since, r.keep, r.horizon
    FROM featuretrail.retention_tables AS t
    JOIN featuretrail.retention AS r ON r.table_name = t.table_name
    WHERE r.keep IS NOT NULL
    ORDER BY t.table_name
  LOOP
    table_name := known.table_name;
    stream := known.stream;
    horizon := featuretrail.retention_horizon(known.keep, 'featuretrail', known.table_name);
    CONTINUE WHEN horizon <= known.horizon;
    EXECUTE format(
      'SELECT count(*) FROM featuretrail.%I AS t WHERE t.%I < $1 AND t.%I < $1',
      known.table_name, known.time_column, known.past_since
    )
    INTO rows
    USING horizon;
    CONTINUE WHEN rows = 0;
    RETURN NEXT;
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.due_retention IS 'What retention would remove from the live tables now';
