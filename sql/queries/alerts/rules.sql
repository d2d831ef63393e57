-- Which rules of alerts were set and removed?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.topic IN (
    'featuretrail.alert_rule.removed',
    'featuretrail.alert_rule.set'
  )
ORDER BY events.position
