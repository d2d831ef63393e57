-- The canonical bytes of an event, which its digest covers (docs/explanation/log.md).
CREATE FUNCTION featuretrail.event_bytes(
  event_position bigint,
  recorded_at timestamptz,
  originator_id uuid,
  originator_version integer,
  topic text,
  state bytea
)
RETURNS bytea
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $function$
  SELECT int8send(event_position)
    || timestamptz_send(recorded_at)
    || uuid_send(originator_id)
    || int4send(originator_version)
    || int4send(octet_length(convert_to(topic, 'UTF8')))
    || convert_to(topic, 'UTF8')
    || int4send(octet_length(state))
    || state
$function$;

COMMENT ON FUNCTION featuretrail.event_bytes IS 'The canonical bytes of an event, which its digest covers';
