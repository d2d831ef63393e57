-- Which monitors were scheduled and unscheduled?
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
    'featuretrail.monitor.scheduled',
    'featuretrail.monitor.unscheduled'
  )
ORDER BY events.position
