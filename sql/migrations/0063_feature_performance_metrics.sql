-- One row a measurement of what computing or serving a feature cost.
CREATE TABLE featuretrail.feature_performance_metrics (
  id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  feature_name text COLLATE "C" NOT NULL,
  computation_time_ms double precision NOT NULL CHECK (computation_time_ms >= 0),
  memory_usage_mb double precision CHECK (memory_usage_mb >= 0),
  usage_frequency bigint NOT NULL CHECK (usage_frequency >= 0),
  performance_score double precision CHECK (performance_score BETWEEN 0 AND 100),
  snapshot_id text COLLATE "C",
  computation_context text COLLATE "C" NOT NULL
    CHECK (computation_context IN ('training', 'inference', 'validation')),
  accuracy_impact double precision,
  version text COLLATE "C",
  measured_at timestamptz NOT NULL,
  position bigint NOT NULL,
  last_position bigint NOT NULL,
  PRIMARY KEY (id, recorded_at)
);

-- the measurements of a feature, in a time; those of all features in a time, at next to no cost
CREATE INDEX ON featuretrail.feature_performance_metrics (feature_name, recorded_at);
CREATE INDEX ON featuretrail.feature_performance_metrics USING brin (recorded_at);

SELECT featuretrail.make_hypertable('featuretrail.feature_performance_metrics', 'recorded_at', '7 days');

COMMENT ON TABLE featuretrail.feature_performance_metrics IS 'One row a measurement of what computing or serving a feature cost';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.id IS 'The measurement: its event''s stream and its place in the event';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.recorded_at IS 'When the log recorded it';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.feature_name IS 'The feature: group.feature';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.computation_time_ms IS 'Milliseconds of wall time';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.memory_usage_mb IS 'MiB of memory at the peak; NULL when it was not measured';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.usage_frequency IS 'How many uses the measurement stands for';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.performance_score IS 'Cost against the feature''s budget, 0 to 100; NULL when not evaluated';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.snapshot_id IS 'The snapshot it was measured for, if any';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.computation_context IS 'training, inference or validation';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.accuracy_impact IS 'What the feature adds to a model''s accuracy; NULL when not evaluated';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.version IS 'Version of the feature';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.measured_at IS 'When it was measured, by the clock of whoever measured';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.position IS 'Position of the event that made the row';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.last_position IS 'Position of the event that last changed the row';
