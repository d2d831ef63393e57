-- Which snapshots exist, oldest first?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.topic = 'featuretrail.snapshot.created'
ORDER BY events.position
