-- What is compressed where the edition can: the values of groups that are registered already, and the
-- tables of the read side whose rows never change. docs/decisions/0012 has the figures behind it.
CALL featuretrail.tune_values();

SELECT featuretrail.compress_hypertable(
  'featuretrail.feature_performance_metrics', ARRAY['feature_name'], 'recorded_at DESC,id'
);
SELECT featuretrail.compress_hypertable(
  'featuretrail.feature_consistency_checks', '{}', 'check_timestamp DESC,id'
);
