-- Up to where were the rules asked last, and from where on is anything still open?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.originator_id = %(stream)s
ORDER BY events.originator_version DESC
LIMIT 1
