-- One row a drift incident, from its detection to its resolution.
CREATE TABLE featuretrail.feature_drift_detection (
  id uuid NOT NULL,
  detected_at timestamptz NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  drift_type text COLLATE "C" NOT NULL
    CHECK (drift_type IN ('statistical', 'distribution', 'concept')),
  drift_score double precision NOT NULL,
  threshold_value double precision NOT NULL,
  baseline_snapshot_id text COLLATE "C",
  current_snapshot_id text COLLATE "C",
  drift_details jsonb NOT NULL,
  severity text COLLATE "C" NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  action_taken text COLLATE "C",
  resolved_at timestamptz,
  version text COLLATE "C",
  acknowledged_at timestamptz,
  acknowledged_by text COLLATE "C",
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, detected_at)
);

-- the incidents of a feature; the open ones; those of a time, and the latest
CREATE INDEX ON featuretrail.feature_drift_detection (feature_name, detected_at);
CREATE INDEX ON featuretrail.feature_drift_detection (feature_name) WHERE resolved_at IS NULL;
CREATE INDEX ON featuretrail.feature_drift_detection (detected_at);

SELECT featuretrail.make_hypertable('featuretrail.feature_drift_detection', 'detected_at', '7 days');

COMMENT ON TABLE featuretrail.feature_drift_detection IS 'One row a drift incident, from its detection to its resolution';
COMMENT ON COLUMN featuretrail.feature_drift_detection.id IS 'The incident''s stream';
COMMENT ON COLUMN featuretrail.feature_drift_detection.detected_at IS 'When the log recorded its detection';
COMMENT ON COLUMN featuretrail.feature_drift_detection.feature_name IS 'The feature: group.feature';
COMMENT ON COLUMN featuretrail.feature_drift_detection.drift_type IS 'statistical, distribution or concept';
COMMENT ON COLUMN featuretrail.feature_drift_detection.drift_score IS 'Size of the drift at the last check';
COMMENT ON COLUMN featuretrail.feature_drift_detection.threshold_value IS 'The size from which it counts';
COMMENT ON COLUMN featuretrail.feature_drift_detection.baseline_snapshot_id IS 'The snapshot it was compared with, if any';
COMMENT ON COLUMN featuretrail.feature_drift_detection.current_snapshot_id IS 'The snapshot it was found in, if any';
COMMENT ON COLUMN featuretrail.feature_drift_detection.drift_details IS 'The evidence of the last check';
COMMENT ON COLUMN featuretrail.feature_drift_detection.severity IS 'low, medium, high or critical, at the last check';
COMMENT ON COLUMN featuretrail.feature_drift_detection.action_taken IS 'What ended it; NULL while it is open';
COMMENT ON COLUMN featuretrail.feature_drift_detection.resolved_at IS 'When it ended; NULL while it is open';
COMMENT ON COLUMN featuretrail.feature_drift_detection.version IS 'Version of the feature';
COMMENT ON COLUMN featuretrail.feature_drift_detection.acknowledged_at IS 'When someone took notice; NULL before';
COMMENT ON COLUMN featuretrail.feature_drift_detection.acknowledged_by IS 'Who took notice';
COMMENT ON COLUMN featuretrail.feature_drift_detection.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_drift_detection.last_position IS 'Position of the event that last changed the row';
