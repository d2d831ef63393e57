-- When was the first measurement recorded that is still there?
SELECT min(m.recorded_at) FROM featuretrail.feature_performance_metrics AS m;
