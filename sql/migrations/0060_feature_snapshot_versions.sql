-- One row a snapshot: what it froze, and how assessments judge it.
CREATE TABLE featuretrail.feature_snapshot_versions (
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  snapshot_id text COLLATE "C" NOT NULL,
  feature_set_name text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  metadata jsonb NOT NULL,
  feature_count integer NOT NULL,
  data_points_count bigint NOT NULL,
  streaming_data_version bigint NOT NULL,
  consistency_hash text COLLATE "C" NOT NULL,
  validation_status text COLLATE "C" NOT NULL
    CHECK (validation_status IN ('pending', 'passed', 'failed', 'warning')),
  computation_time_ms double precision NOT NULL,
  memory_usage_mb double precision,
  quality_score double precision CHECK (quality_score BETWEEN 0 AND 100),
  drift_detected boolean,
  feature_set_version text COLLATE "C" NOT NULL,
  features text[] COLLATE "C" NOT NULL,
  actor text COLLATE "C",
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, created_at)
);

-- a snapshot by its name; the snapshots of a set, latest first
CREATE INDEX ON featuretrail.feature_snapshot_versions (snapshot_id);
CREATE INDEX ON featuretrail.feature_snapshot_versions (feature_set_name, created_at);

-- small, keeps every row, and is revised by id, for which every chunk is looked at
SELECT featuretrail.make_hypertable('featuretrail.feature_snapshot_versions', 'created_at', '1 year');

COMMENT ON TABLE featuretrail.feature_snapshot_versions IS 'One row a snapshot: what it froze, and how assessments judge it';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.id IS 'The snapshot''s stream';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.created_at IS 'When the log recorded the snapshot';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.snapshot_id IS 'Name of the snapshot: feature_set@version';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.feature_set_name IS 'The feature set it froze';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.version IS 'Version of the snapshot';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.metadata IS 'What its maker attached to it';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.feature_count IS 'How many features it has';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.data_points_count IS 'How many rows its training matrix has';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.streaming_data_version IS 'Position of the log its values were derived at';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.consistency_hash IS 'Canonical digest of its training matrix';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.validation_status IS 'pending until an assessment gives a verdict, then the latest one: passed, warning or failed';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.computation_time_ms IS 'Milliseconds it took to derive and store';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.memory_usage_mb IS 'MiB its matrix takes in memory; NULL when it was not recorded';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.quality_score IS 'Quality by the latest assessment that gives it, 0 to 100; NULL until then';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.drift_detected IS 'Whether the latest assessment that looked for drift found it; NULL until then';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.feature_set_version IS 'Version of the feature set it froze';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.features IS 'Its features, group.feature, in the order of the matrix';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.actor IS 'Who made it';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_snapshot_versions.last_position IS 'Position of the event that last changed the row';
