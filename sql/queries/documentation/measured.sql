-- Since when and until when was what features cost recorded, up to a position?
SELECT
  min(r.recorded_at) AS since,
  max(r.recorded_at) AS until
FROM featuretrail.feature_performance_metrics AS r
WHERE r.position <= %(position)s
