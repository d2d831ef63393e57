-- In which contexts and how long were the newest computations of a version, newest first?
SELECT
  newest.computation_context,
  newest.computation_time_ms
FROM (
  SELECT
    metrics.computation_context,
    metrics.computation_time_ms,
    metrics.version,
    metrics.recorded_at,
    metrics.measured_at
  FROM featuretrail.feature_performance_metrics AS metrics
  WHERE metrics.feature_name = %(feature)s
  ORDER BY metrics.recorded_at DESC
  LIMIT %(newest)s
) AS newest
WHERE newest.version = %(version)s
ORDER BY
  newest.recorded_at DESC,
  newest.measured_at DESC,
  newest.computation_context,
  newest.computation_time_ms
