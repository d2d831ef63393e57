-- The next events a projector has to look at: all but those of the kinds it knows to be nothing to it.
-- The page ends with the event that fills its bytes.
SELECT
  p.position,
  p.recorded_at,
  p.topic,
  p.originator_id,
  p.originator_version,
  p.state,
  p.digest,
  p.bytes
FROM (
  SELECT
    e.position,
    e.recorded_at,
    e.topic,
    e.originator_id,
    e.originator_version,
    e.state,
    e.digest,
    sum(octet_length(e.state)) OVER (ORDER BY e.position) AS bytes
  FROM featuretrail.events AS e
  WHERE e.position > %(after)b::bigint
    AND e.position <= %(until)b::bigint
    AND e.topic <> ALL (%(ignored)b::text[])
  ORDER BY e.position
  LIMIT %(limit)b::bigint
) AS p
WHERE p.bytes - octet_length(p.state) < %(bytes)b::bigint
ORDER BY p.position;
