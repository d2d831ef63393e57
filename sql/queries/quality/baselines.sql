-- Which baselines exist, oldest first?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.topic = 'featuretrail.baseline.created'
ORDER BY events.position
