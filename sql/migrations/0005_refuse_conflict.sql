-- Refuses an append whose stream has moved on; the detail names stream, expected and actual version.
CREATE FUNCTION featuretrail.refuse_conflict(
  stream uuid,
  version integer
)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  actual integer;
BEGIN
  SELECT max(e.originator_version)
  INTO STRICT actual
  FROM featuretrail.events AS e
  WHERE e.originator_id = stream;
  RAISE unique_violation USING
    MESSAGE = format('stream %s was expected at version %s but is at version %s', stream, version - 1, actual),
    DETAIL = json_build_object('stream', stream, 'expected', version - 1, 'actual', actual)::text,
    SCHEMA = 'featuretrail',
    TABLE = 'events',
    CONSTRAINT = 'events_stream_version';
END
$function$;

COMMENT ON FUNCTION featuretrail.refuse_conflict IS 'Raises unique_violation with stream, expected and actual version as JSON detail';
REVOKE EXECUTE ON FUNCTION featuretrail.refuse_conflict FROM PUBLIC;
