-- Which of some events do not agree with their digest, chained to the digest of the event before?
-- Built-in functions only, as in log/chain.
SELECT e.position
FROM featuretrail.events AS e
LEFT JOIN featuretrail.events AS before ON before.position = e.position - 1
WHERE e.position = ANY (%(positions)s::bigint[])
  AND e.digest IS DISTINCT FROM sha256(
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
ORDER BY e.position;
