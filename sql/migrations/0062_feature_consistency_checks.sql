-- One row a check of a snapshot against what another system, or another path, says.
CREATE TABLE featuretrail.feature_consistency_checks (
  id uuid NOT NULL,
  check_timestamp timestamptz NOT NULL,
  snapshot_id text COLLATE "C" NOT NULL,
  check_type text COLLATE "C" NOT NULL
    CHECK (check_type IN ('streaming', 'outcome', 'cross_system', 'quality')),
  status text COLLATE "C" NOT NULL
    CHECK (status IN ('passed', 'warning', 'failed', 'not evaluated')),
  details jsonb NOT NULL,
  auto_fixed boolean NOT NULL,
  check_duration_ms double precision NOT NULL CHECK (check_duration_ms >= 0),
  confidence_score double precision CHECK (confidence_score BETWEEN 0 AND 100),
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, check_timestamp)
);

-- the checks of a snapshot; those of a time, and the latest
CREATE INDEX ON featuretrail.feature_consistency_checks (snapshot_id, check_timestamp);
CREATE INDEX ON featuretrail.feature_consistency_checks (check_timestamp);

SELECT featuretrail.make_hypertable('featuretrail.feature_consistency_checks', 'check_timestamp', '7 days');

COMMENT ON TABLE featuretrail.feature_consistency_checks IS 'One row a check of a snapshot against what another system, or another path, says';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.id IS 'The check''s stream';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.check_timestamp IS 'When the log recorded the check';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.snapshot_id IS 'The snapshot that was checked';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.check_type IS 'streaming, outcome, cross_system or quality';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.status IS 'passed, warning, failed or not evaluated';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.details IS 'What was compared and found';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.auto_fixed IS 'Whether differences were mended';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.check_duration_ms IS 'Milliseconds the check took';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.confidence_score IS 'How much evidence the status rests on, 0 to 100; NULL when nothing could be compared';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_consistency_checks.last_position IS 'Position of the event that last changed the row';
