-- The first generation is live from the beginning and holds nothing.
INSERT INTO featuretrail.generations (generation, schema_name, state, tables, library_version)
VALUES (
  1,
  'featuretrail',
  'live',
  ARRAY[
    'feature_snapshot_versions',
    'feature_lineage',
    'feature_consistency_checks',
    'feature_performance_metrics',
    'feature_documentation',
    'feature_metadata',
    'feature_drift_detection'
  ],
  '0.1.0'
);
