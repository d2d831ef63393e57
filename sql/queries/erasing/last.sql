-- Which is the last event that erased anything, 0 if none?
SELECT coalesce(max(e.position), 0)
FROM featuretrail.events AS e
WHERE e.topic IN ('featuretrail.values.erased', 'featuretrail.snapshot.erased')
