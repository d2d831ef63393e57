-- What was recorded of the newest checks of consistency (of a snapshot, of a type, at a position)?
SELECT
  checks.check_timestamp,
  checks.snapshot_id,
  checks.check_type,
  checks.status,
  checks.details,
  checks.auto_fixed,
  checks.check_duration_ms,
  checks.confidence_score,
  checks.position
FROM featuretrail.feature_consistency_checks AS checks
WHERE (%(snapshot)s::text IS NULL OR checks.snapshot_id = %(snapshot)s::text)
  AND (%(check_type)s::text IS NULL OR checks.check_type = %(check_type)s::text)
  AND (%(position)s::bigint IS NULL OR checks.position = %(position)s::bigint)
ORDER BY checks.position DESC
LIMIT %(last)s
