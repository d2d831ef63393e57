-- How were the times of uses of features distributed at a position, by version, context, day since 1970, and bucket?
-- Buckets are 64 an octave, so that times within one differ by at most a hundredth or so; amounts are cut at 1e15, so
-- that no sum overflows.
SELECT
  m.feature_name,
  m.version,
  m.computation_context,
  m.part,
  sum(m.uses)::numeric AS uses,
  count(*) AS measurements,
  sum(m.milliseconds * m.uses::double precision) AS milliseconds,
  max(m.computation_time_ms) AS longest,
  sum(m.cpu * m.uses::double precision) AS cpu,
  coalesce(sum(m.uses) FILTER (WHERE m.cpu IS NOT NULL), 0) AS cpu_uses,
  sum(m.memory * m.uses::double precision) AS memory,
  coalesce(sum(m.uses) FILTER (WHERE m.memory IS NOT NULL), 0) AS memory_uses,
  max(m.memory_usage_mb) AS most_memory,
  sum(m.row_count) AS rows,
  coalesce(sum(m.uses) FILTER (WHERE m.row_count IS NOT NULL), 0) AS row_uses,
  coalesce(sum(m.uses) FILTER (WHERE m.snapshot_id IS NOT NULL), 0) AS snapshot_uses,
  min(m.recorded_at) AS first_used,
  max(m.recorded_at) AS last_used
FROM (
  SELECT
    r.feature_name,
    r.version,
    r.computation_context,
    r.computation_time_ms,
    r.memory_usage_mb,
    r.row_count,
    r.snapshot_id,
    r.recorded_at,
    least(r.computation_time_ms, 1e15) AS milliseconds,
    CASE WHEN r.cpu_time_ms IS NOT NULL THEN least(r.cpu_time_ms, 1e15) END AS cpu,
    CASE WHEN r.memory_usage_mb IS NOT NULL THEN least(r.memory_usage_mb, 1e15) END AS memory,
    greatest(r.usage_frequency, 1) AS uses,
    floor(64 * ln(nullif(least(r.computation_time_ms, 1e15), 0)) / ln(2)) AS bucket,
    floor(extract(epoch FROM r.recorded_at) / 86400)::integer AS part
  FROM featuretrail.feature_performance_metrics AS r
  WHERE r.recorded_at >= %(since)s
    AND r.position <= %(position)s
) AS m
GROUP BY m.feature_name, m.version, m.computation_context, m.part, m.bucket
ORDER BY m.feature_name, m.version, m.computation_context, m.part, m.bucket;
