-- Which is the first of the newest events that does not agree with its digest and the event before?
-- Built-in functions only, as in log/chain; a missing event breaks the link of the one after it.
SELECT e.position
FROM (
  SELECT *
  FROM featuretrail.events
  ORDER BY position DESC
  LIMIT %(newest)s
) AS e
LEFT JOIN featuretrail.events AS before ON before.position = e.position - 1
WHERE e.digest IS DISTINCT FROM sha256(
    CASE WHEN e.position = 1 THEN decode(repeat('00', 32), 'hex') ELSE before.digest END
    || int8send(e.position)
    || timestamptz_send(e.recorded_at)
    || uuid_send(e.originator_id)
    || int4send(e.originator_version)
    || int4send(octet_length(convert_to(e.topic, 'UTF8')))
    || convert_to(e.topic, 'UTF8')
    || int4send(octet_length(e.state))
    || e.state
  )
ORDER BY e.position
LIMIT 1;
