-- The reader: the read side, and how far it is. The other roles have its rights too.
GRANT USAGE ON SCHEMA featuretrail TO {reader};
GRANT SELECT ON
  featuretrail.feature_snapshot_versions,
  featuretrail.feature_lineage,
  featuretrail.feature_consistency_checks,
  featuretrail.feature_performance_metrics,
  featuretrail.feature_documentation,
  featuretrail.feature_metadata,
  featuretrail.feature_drift_detection,
  featuretrail.feature_snapshot_summary,
  featuretrail.feature_performance_summary,
  featuretrail.feature_quality_dashboard,
  featuretrail.generations,
  featuretrail.dead_letters,
  featuretrail.log_head,
  featuretrail.roles,
  featuretrail.schema_migrations,
  featuretrail.stream_offsets
TO {reader};
GRANT SELECT (
  number,
  group_name,
  source,
  partition,
  message_offset,
  position,
  parked_at,
  attempts
) ON featuretrail.parked_messages TO {reader};
GRANT EXECUTE ON FUNCTION featuretrail.recorded_after TO {reader}
