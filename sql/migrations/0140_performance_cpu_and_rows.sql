-- What a measurement says since class version 2 of its event: processor time, and rows answered.
ALTER TABLE featuretrail.feature_performance_metrics
  ADD COLUMN cpu_time_ms double precision CHECK (cpu_time_ms >= 0),
  ADD COLUMN row_count bigint CHECK (row_count >= 0);

COMMENT ON COLUMN featuretrail.feature_performance_metrics.cpu_time_ms IS 'Milliseconds of processor time of the thread that worked; NULL when it was not measured';
COMMENT ON COLUMN featuretrail.feature_performance_metrics.row_count IS 'How many rows the uses answered together; NULL when nobody counted';
