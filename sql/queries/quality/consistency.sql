-- How did the newest check of each type end that was evaluated for a snapshot with a feature?
SELECT DISTINCT ON (checks.check_type)
  checks.check_type,
  checks.status,
  checks.snapshot_id
FROM featuretrail.feature_consistency_checks AS checks
JOIN featuretrail.feature_snapshot_versions AS snapshots
  ON snapshots.snapshot_id = checks.snapshot_id
WHERE checks.status <> 'not evaluated'
  AND %(feature)s = ANY (snapshots.features)
  AND (%(snapshot)s::text IS NULL OR checks.snapshot_id = %(snapshot)s::text)
ORDER BY
  checks.check_type,
  checks.check_timestamp DESC
