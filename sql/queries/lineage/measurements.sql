-- What was done, in which context and how long when a version was measured, newest first?
SELECT
  newest.operation,
  newest.computation_context,
  newest.computation_time_ms
FROM (
  (
    SELECT
      computed.operation,
      computed.computation_context,
      computed.computation_time_ms,
      computed.version,
      computed.recorded_at,
      computed.measured_at
    FROM featuretrail.feature_performance_metrics AS computed
    WHERE
      computed.feature_name = %(feature)s
      AND computed.operation = 'compute'
    ORDER BY computed.recorded_at DESC
    LIMIT %(newest)s
  )
  UNION ALL
  (
    SELECT
      other.operation,
      other.computation_context,
      other.computation_time_ms,
      other.version,
      other.recorded_at,
      other.measured_at
    FROM featuretrail.feature_performance_metrics AS other
    WHERE
      other.feature_name = %(feature)s
      AND other.operation IS DISTINCT FROM 'compute'
    ORDER BY other.recorded_at DESC
    LIMIT %(newest)s
  )
) AS newest
WHERE newest.version = %(version)s
ORDER BY
  newest.recorded_at DESC,
  newest.measured_at DESC,
  newest.computation_context,
  newest.computation_time_ms
