-- Each snapshot with how its checks went.
CREATE VIEW featuretrail.feature_snapshot_summary WITH (security_invoker = true) AS
SELECT
  s.snapshot_id,
  s.feature_set_name,
  s.version,
  s.created_at,
  s.feature_count,
  s.data_points_count,
  s.validation_status,
  s.quality_score,
  s.drift_detected,
  count(c.id) AS total_checks,
  count(c.id) FILTER (WHERE c.status = 'passed') AS passed_checks,
  count(c.id) FILTER (WHERE c.status = 'failed') AS failed_checks,
  count(c.id) FILTER (WHERE c.status = 'warning') AS warning_checks,
  max(c.check_timestamp) AS last_check
FROM featuretrail.feature_snapshot_versions AS s
LEFT JOIN featuretrail.feature_consistency_checks AS c ON c.snapshot_id = s.snapshot_id
GROUP BY
  s.snapshot_id,
  s.feature_set_name,
  s.version,
  s.created_at,
  s.feature_count,
  s.data_points_count,
  s.validation_status,
  s.quality_score,
  s.drift_detected;

COMMENT ON VIEW featuretrail.feature_snapshot_summary IS 'Each snapshot with how its checks went';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.snapshot_id IS 'Name of the snapshot: feature_set@version';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.feature_set_name IS 'The feature set it froze';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.version IS 'Version of the snapshot';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.created_at IS 'When the log recorded it';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.feature_count IS 'How many features it has';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.data_points_count IS 'How many rows it has';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.validation_status IS 'pending, passed, warning or failed';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.quality_score IS 'Quality, 0 to 100; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.drift_detected IS 'Whether drift was found in it; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.total_checks IS 'How many checks it had, those that could not be evaluated included';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.passed_checks IS 'How many passed';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.failed_checks IS 'How many failed';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.warning_checks IS 'How many ended with a warning';
COMMENT ON COLUMN featuretrail.feature_snapshot_summary.last_check IS 'When it was last checked; NULL if never';
