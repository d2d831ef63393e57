-- The writer: reads the log and all values; appends through the log's functions alone, makes the tables
-- of groups through two more; adds values, never changes them; keeps the newest rows up to date.
GRANT USAGE ON SCHEMA featuretrail_values, featuretrail_online, featuretrail_retracted TO {writer};
GRANT SELECT ON ALL TABLES IN SCHEMA featuretrail_values, featuretrail_online, featuretrail_retracted TO {writer};
GRANT INSERT ON ALL TABLES IN SCHEMA featuretrail_values, featuretrail_retracted TO {writer};
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA featuretrail_online TO {writer};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner}
  IN SCHEMA featuretrail_values, featuretrail_retracted
  GRANT SELECT, INSERT ON TABLES TO {writer};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner}
  IN SCHEMA featuretrail_online
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {writer};
GRANT SELECT ON
  featuretrail.events,
  featuretrail.events_readable,
  featuretrail.value_removals
TO {writer};
GRANT SELECT, INSERT ON
  featuretrail.batches,
  featuretrail.blobs,
  featuretrail.outcome_batches,
  featuretrail.outcomes,
  featuretrail.served
TO {writer};
GRANT EXECUTE ON FUNCTION
  featuretrail.append_event,
  featuretrail.append_events,
  featuretrail.create_group_tables,
  featuretrail.add_feature_columns,
  featuretrail.compresses,
  featuretrail.fit_chunks,
  featuretrail.fit_compression,
  featuretrail.owns,
  featuretrail.rows_a_day,
  featuretrail.event_bytes,
  featuretrail.position_at
TO {writer}
