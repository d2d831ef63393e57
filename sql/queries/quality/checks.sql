-- Which drift checks were recorded after one position, up to another, oldest first?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.topic = 'featuretrail.drift.checked'
  AND events.position > %(after)s
  AND events.position <= %(until)s
ORDER BY events.position
