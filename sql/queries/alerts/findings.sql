-- Which events that alerts may arise from were recorded after one position, up to another?
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
    'featuretrail.consistency.checked',
    'featuretrail.drift.acknowledged',
    'featuretrail.drift.detected',
    'featuretrail.drift.resolved',
    'featuretrail.drift.updated',
    'featuretrail.monitor.ran',
    'featuretrail.quality.checked'
  )
  AND events.position > %(after)s
  AND events.position <= %(until)s
ORDER BY events.position
LIMIT %(limit)s
