-- Appends one event: the short way of append_events, equal in every effect.
CREATE FUNCTION featuretrail.append_event(
  stream uuid,
  version integer,
  topic text,
  state bytea,
  OUT first_position bigint,
  OUT last_position bigint,
  OUT recorded_at timestamptz,
  OUT digest bytea
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
  called_at CONSTANT timestamptz := clock_timestamp();
BEGIN
  UPDATE featuretrail.log_head AS h
  SET
    position = h.position + 1,
    recorded_at = greatest(called_at, h.recorded_at),
    digest = sha256(
      h.digest || featuretrail.event_bytes(
        h.position + 1,
        greatest(called_at, h.recorded_at),
        append_event.stream,
        append_event.version,
        append_event.topic,
        append_event.state
      )
    )
  RETURNING h.position, h.position, h.recorded_at, h.digest
  INTO STRICT
    append_event.first_position,
    append_event.last_position,
    append_event.recorded_at,
    append_event.digest;

  INSERT INTO featuretrail.events
    (position, originator_id, originator_version, topic, state, recorded_at, digest)
  VALUES (
    append_event.first_position,
    append_event.stream,
    append_event.version,
    append_event.topic,
    append_event.state,
    append_event.recorded_at,
    append_event.digest
  )
  ON CONFLICT (originator_id, originator_version) DO NOTHING;

  IF NOT FOUND THEN
    PERFORM featuretrail.refuse_conflict(append_event.stream, append_event.version);
  END IF;

  PERFORM pg_notify('featuretrail_log', append_event.last_position::text);
END
$function$;

COMMENT ON FUNCTION featuretrail.append_event IS 'Appends one event in one transaction with the head of the log; the only ways to append are this and append_events';
REVOKE EXECUTE ON FUNCTION featuretrail.append_event FROM PUBLIC;
