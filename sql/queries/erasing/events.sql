-- Which events erased values, or rows of snapshots, after a position?
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.topic IN ('featuretrail.values.erased', 'featuretrail.snapshot.erased')
  AND e.position > %(after)s
ORDER BY e.position
