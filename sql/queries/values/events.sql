-- Which batches does the log certify, in its order?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.topic IN ('featuretrail.values.ingested', 'featuretrail.values.retracted')
ORDER BY events.position
