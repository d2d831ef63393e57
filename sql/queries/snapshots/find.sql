-- Which event created the snapshot of this stream, and which took rows from it since?
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
  AND (events.originator_version = 1 OR events.topic = 'featuretrail.snapshot.erased')
ORDER BY events.originator_version
