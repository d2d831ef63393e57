-- What each feature costs a use: a measurement counts as often as the uses it stands for, and once at
-- least. A percentile is the least time that so many of the uses do not exceed.
CREATE OR REPLACE VIEW featuretrail.feature_performance_summary WITH (security_invoker = true) AS
SELECT
  p.feature_name,
  count(*) AS measurement_count,
  sum(p.computation_time_ms * (p.weight / p.uses)) AS avg_computation_time_ms,
  min(p.computation_time_ms) FILTER (WHERE p.uses_up_to >= 0.5 * p.uses) AS p50_computation_time_ms,
  min(p.computation_time_ms) FILTER (WHERE p.uses_up_to >= 0.95 * p.uses) AS p95_computation_time_ms,
  min(p.computation_time_ms) FILTER (WHERE p.uses_up_to >= 0.99 * p.uses) AS p99_computation_time_ms,
  max(p.computation_time_ms) AS max_computation_time_ms,
  sum(p.memory_usage_mb * (p.weight / p.uses_of_memory)) AS avg_memory_usage_mb,
  max(p.memory_usage_mb) AS max_memory_usage_mb,
  sum(p.usage_frequency) AS total_usage,
  sum(p.performance_score * (p.weight / p.uses_of_score)) AS avg_performance_score,
  max(p.recorded_at) AS last_used
FROM (
  SELECT
    m.feature_name,
    m.computation_time_ms,
    m.memory_usage_mb,
    m.usage_frequency,
    m.performance_score,
    m.recorded_at,
    m.weight,
    sum(m.weight) OVER (PARTITION BY m.feature_name ORDER BY m.computation_time_ms) AS uses_up_to,
    sum(m.weight) OVER (PARTITION BY m.feature_name) AS uses,
    sum(m.weight) FILTER (WHERE m.memory_usage_mb IS NOT NULL) OVER (PARTITION BY m.feature_name)
      AS uses_of_memory,
    sum(m.weight) FILTER (WHERE m.performance_score IS NOT NULL) OVER (PARTITION BY m.feature_name)
      AS uses_of_score
  FROM (
    SELECT
      r.feature_name,
      r.computation_time_ms,
      r.memory_usage_mb,
      r.usage_frequency,
      r.performance_score,
      r.recorded_at,
      greatest(r.usage_frequency, 1)::double precision AS weight  -- shares, so that nothing overflows
    FROM featuretrail.feature_performance_metrics AS r
  ) AS m
) AS p
GROUP BY p.feature_name;

COMMENT ON VIEW featuretrail.feature_performance_summary IS 'What each feature costs a use';
COMMENT ON COLUMN featuretrail.feature_performance_summary.avg_computation_time_ms IS 'Mean milliseconds of a use';
COMMENT ON COLUMN featuretrail.feature_performance_summary.p50_computation_time_ms IS 'Milliseconds that half of the uses do not exceed';
COMMENT ON COLUMN featuretrail.feature_performance_summary.p95_computation_time_ms IS 'Milliseconds that 95 % of the uses do not exceed';
COMMENT ON COLUMN featuretrail.feature_performance_summary.p99_computation_time_ms IS 'Milliseconds that 99 % of the uses do not exceed';
COMMENT ON COLUMN featuretrail.feature_performance_summary.avg_memory_usage_mb IS 'Mean MiB of the uses of which it is known';
COMMENT ON COLUMN featuretrail.feature_performance_summary.avg_performance_score IS 'Mean score of the uses that have one';
