-- Which events that lineage is made of were recorded after one position, up to another?
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
    'featuretrail.feature.defined',
    'featuretrail.lineage.declared',
    'featuretrail.lineage.retired',
    'featuretrail.outcomes.recorded',
    'featuretrail.set.defined',
    'featuretrail.snapshot.created',
    'featuretrail.training.recorded'
  )
  AND events.position > %(after)s
  AND events.position <= %(until)s
ORDER BY events.position
