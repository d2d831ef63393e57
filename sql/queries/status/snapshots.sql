-- How many snapshots are there?
SELECT count(*)
FROM featuretrail.events AS e
WHERE e.topic = 'featuretrail.snapshot.created'
