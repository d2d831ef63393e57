-- What each feature costs.
CREATE VIEW featuretrail.feature_performance_summary WITH (security_invoker = true) AS
SELECT
  p.feature_name,
  count(*) AS measurement_count,
  avg(p.computation_time_ms) AS avg_computation_time_ms,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY p.computation_time_ms) AS p50_computation_time_ms,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY p.computation_time_ms) AS p95_computation_time_ms,
  percentile_cont(0.99) WITHIN GROUP (ORDER BY p.computation_time_ms) AS p99_computation_time_ms,
  max(p.computation_time_ms) AS max_computation_time_ms,
  avg(p.memory_usage_mb) AS avg_memory_usage_mb,
  max(p.memory_usage_mb) AS max_memory_usage_mb,
  sum(p.usage_frequency) AS total_usage,
  avg(p.performance_score) AS avg_performance_score,
  max(p.recorded_at) AS last_used
FROM featuretrail.feature_performance_metrics AS p
GROUP BY p.feature_name;

COMMENT ON VIEW featuretrail.feature_performance_summary IS 'What each feature costs';
COMMENT ON COLUMN featuretrail.feature_performance_summary.feature_name IS 'The feature: group.feature';
COMMENT ON COLUMN featuretrail.feature_performance_summary.measurement_count IS 'How many measurements there are';
COMMENT ON COLUMN featuretrail.feature_performance_summary.avg_computation_time_ms IS 'Mean milliseconds';
COMMENT ON COLUMN featuretrail.feature_performance_summary.p50_computation_time_ms IS 'Median milliseconds';
COMMENT ON COLUMN featuretrail.feature_performance_summary.p95_computation_time_ms IS '95th percentile of milliseconds';
COMMENT ON COLUMN featuretrail.feature_performance_summary.p99_computation_time_ms IS '99th percentile of milliseconds';
COMMENT ON COLUMN featuretrail.feature_performance_summary.max_computation_time_ms IS 'Most milliseconds';
COMMENT ON COLUMN featuretrail.feature_performance_summary.avg_memory_usage_mb IS 'Mean MiB, of the measurements that have it';
COMMENT ON COLUMN featuretrail.feature_performance_summary.max_memory_usage_mb IS 'Most MiB';
COMMENT ON COLUMN featuretrail.feature_performance_summary.total_usage IS 'How many uses the measurements stand for';
COMMENT ON COLUMN featuretrail.feature_performance_summary.avg_performance_score IS 'Mean score, of the measurements that have one';
COMMENT ON COLUMN featuretrail.feature_performance_summary.last_used IS 'When the last measurement was recorded';
