-- The next events after a position as their digests cover them: built-in functions only, so that
-- the proof does not rest on the schema's own function.
SELECT
  e.position,
  timestamptz_send(e.recorded_at) AS recorded_at,
  int8send(e.position)
    || timestamptz_send(e.recorded_at)
    || uuid_send(e.originator_id)
    || int4send(e.originator_version)
    || int4send(octet_length(convert_to(e.topic, 'UTF8')))
    || convert_to(e.topic, 'UTF8')
    || int4send(octet_length(e.state))
    || e.state AS canonical,
  e.digest
FROM featuretrail.events AS e
WHERE e.position > %(after)b::bigint
ORDER BY e.position
LIMIT %(limit)b::bigint;
