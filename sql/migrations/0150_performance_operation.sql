-- What a measurement says since class version 3 of its event: what was done.
ALTER TABLE featuretrail.feature_performance_metrics
  ADD COLUMN operation text COLLATE "C"
    CHECK (operation IN ('compute', 'retrieve', 'serve', 'freeze'));

-- the newest computations of a feature, however often it was read since
CREATE INDEX ON featuretrail.feature_performance_metrics (feature_name, recorded_at)
  WHERE operation = 'compute';

COMMENT ON COLUMN featuretrail.feature_performance_metrics.operation IS 'What was done: compute (values, by a rule), retrieve (joined to a spine), serve (read online), freeze (joined for a snapshot); NULL when it was not said';
