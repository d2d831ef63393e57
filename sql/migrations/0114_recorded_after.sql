-- When the event after a position was recorded, NULL at the end of the log: with the owner's rights,
-- so that whoever reads the read side learns how late it is without a right to read the log.
CREATE FUNCTION featuretrail.recorded_after(behind bigint)
RETURNS timestamptz
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
  SELECT e.recorded_at
  FROM featuretrail.events AS e
  WHERE e.position = behind + 1
$function$;

COMMENT ON FUNCTION featuretrail.recorded_after IS 'When the event after a position was recorded, for who may not read the log; NULL at its end';
REVOKE EXECUTE ON FUNCTION featuretrail.recorded_after FROM PUBLIC;
