-- Appends events in the order of the arrays: gapless positions, one server time, chained digests.
CREATE FUNCTION featuretrail.append_events(
  streams uuid[],
  versions integer[],
  topics text[],
  states bytea[],
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
  events CONSTANT integer := cardinality(streams);
  head bigint;
  digests bytea[] := array_fill(NULL::bytea, ARRAY[events]);
  conflict record;
BEGIN
  SELECT
    h.position,
    h.digest,
    greatest(clock_timestamp(), h.recorded_at)
  INTO STRICT
    head,
    append_events.digest,
    append_events.recorded_at
  FROM featuretrail.log_head AS h
  FOR UPDATE;

  append_events.first_position := head + 1;
  append_events.last_position := head + events;

  FOR i IN 1..events LOOP
    append_events.digest := sha256(
      append_events.digest || featuretrail.event_bytes(
        head + i, append_events.recorded_at, streams[i], versions[i], topics[i], states[i]
      )
    );
    digests[i] := append_events.digest;
  END LOOP;

  BEGIN
    INSERT INTO featuretrail.events
      (position, originator_id, originator_version, topic, state, recorded_at, digest)
    SELECT
      head + e.ordinal,
      e.stream,
      e.version,
      e.topic,
      e.state,
      append_events.recorded_at,
      e.digest
    FROM unnest(streams, versions, topics, states, digests)
      WITH ORDINALITY AS e (stream, version, topic, state, digest, ordinal);
  EXCEPTION
    WHEN unique_violation THEN
      SELECT e.stream, e.version
      INTO conflict
      FROM unnest(streams, versions) WITH ORDINALITY AS e (stream, version, ordinal)
      JOIN featuretrail.events AS s
        ON s.originator_id = e.stream AND s.originator_version = e.version
      ORDER BY e.ordinal
      LIMIT 1;
      IF NOT FOUND THEN  -- the call contradicts itself
        RAISE;
      END IF;
      PERFORM featuretrail.refuse_conflict(conflict.stream, conflict.version);
  END;

  UPDATE featuretrail.log_head
  SET
    position = append_events.last_position,
    digest = append_events.digest,
    recorded_at = append_events.recorded_at;

  PERFORM pg_notify('featuretrail_log', append_events.last_position::text);
END
$function$;

COMMENT ON FUNCTION featuretrail.append_events IS 'Appends events in one transaction with the head of the log; the only ways to append are this and append_event';
REVOKE EXECUTE ON FUNCTION featuretrail.append_events FROM PUBLIC;
