-- Each snapshot of a feature set with the drift of the set's features.
CREATE VIEW featuretrail.feature_quality_dashboard WITH (security_invoker = true) AS
SELECT
  s.feature_set_name,
  s.version,
  s.quality_score,
  s.drift_detected,
  d.open_incidents,
  d.total_incidents,
  d.max_drift_score,
  d.last_drift
FROM featuretrail.feature_snapshot_versions AS s
CROSS JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE i.resolved_at IS NULL) AS open_incidents,
    count(*) AS total_incidents,
    max(i.drift_score) AS max_drift_score,
    max(i.detected_at) AS last_drift
  FROM featuretrail.feature_drift_detection AS i
  WHERE i.feature_name = ANY (s.features)
) AS d;

COMMENT ON VIEW featuretrail.feature_quality_dashboard IS 'Each snapshot of a feature set with the drift of the set''s features';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.feature_set_name IS 'The feature set';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.version IS 'Version of the snapshot';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.quality_score IS 'Quality of the snapshot, 0 to 100; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.drift_detected IS 'Whether drift was found in the snapshot; NULL until evaluated';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.open_incidents IS 'How many drift incidents of its features are open';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.total_incidents IS 'How many drift incidents its features had';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.max_drift_score IS 'The largest of the incidents'' last drift scores; NULL without incidents';
COMMENT ON COLUMN featuretrail.feature_quality_dashboard.last_drift IS 'When the last drift of its features was detected';
