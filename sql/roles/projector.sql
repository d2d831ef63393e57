-- The projector: reads the log and moves the live tables along it; it neither appends nor rebuilds.
GRANT SELECT ON featuretrail.events, featuretrail.retention_tables TO {projector};
GRANT EXECUTE ON FUNCTION featuretrail.remove_past_rows TO {projector};
GRANT INSERT, UPDATE ON
  featuretrail.feature_snapshot_versions,
  featuretrail.feature_lineage,
  featuretrail.feature_consistency_checks,
  featuretrail.feature_performance_metrics,
  featuretrail.feature_documentation,
  featuretrail.feature_metadata,
  featuretrail.feature_drift_detection
TO {projector};
GRANT UPDATE (position, replays, advanced_at) ON featuretrail.generations TO {projector};
GRANT INSERT, UPDATE, DELETE ON featuretrail.dead_letters TO {projector}
