-- Which snapshots exist, oldest first?
SELECT
  events.position,
  events.recorded_at,
  events.originator_id,
  events.originator_version,
  events.topic,
  events.state
FROM featuretrail.events AS events
WHERE events.topic = 'featuretrail.snapshot.created'
ORDER BY events.position
