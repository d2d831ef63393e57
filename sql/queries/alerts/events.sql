-- What happened to alerts from a position on?
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
    'featuretrail.alert.acknowledged',
    'featuretrail.alert.delivered',
    'featuretrail.alert.delivery_failed',
    'featuretrail.alert.held_back',
    'featuretrail.alert.raised',
    'featuretrail.alert.resolved'
  )
  AND events.position >= %(floor)s
ORDER BY events.position
