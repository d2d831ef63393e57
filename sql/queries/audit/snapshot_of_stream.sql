-- Which snapshot does the read side name for a stream?
SELECT s.snapshot_id
FROM featuretrail.feature_snapshot_versions AS s
WHERE s.id = %(stream)s;
