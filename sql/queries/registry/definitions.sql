-- Which definitions were recorded after one position, up to another?
SELECT
  events.position,
  events.originator_id,
  events.originator_version,
  events.topic,
  events.state
FROM featuretrail.events AS events
WHERE events.topic IN (
    'featuretrail.feature.defined',
    'featuretrail.group.defined',
    'featuretrail.set.defined'
  )
  AND events.position > %(after)s
  AND events.position <= %(until)s
ORDER BY events.position
