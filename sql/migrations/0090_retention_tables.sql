-- The tables of the read side that have past rows, and how long these are kept unless told otherwise.
CREATE TABLE featuretrail.retention_tables (
  table_name text COLLATE "C" PRIMARY KEY,
  stream uuid NOT NULL UNIQUE,
  time_column name NOT NULL,
  past_since name NOT NULL,
  keep interval
);

COMMENT ON TABLE featuretrail.retention_tables IS 'The tables of the read side that have past rows; how long these are kept is set by events of their streams';
COMMENT ON COLUMN featuretrail.retention_tables.table_name IS 'The table';
COMMENT ON COLUMN featuretrail.retention_tables.stream IS 'The stream of its retention';
COMMENT ON COLUMN featuretrail.retention_tables.time_column IS 'Its time column';
COMMENT ON COLUMN featuretrail.retention_tables.past_since IS 'The column that says since when a row is past; NULL in rows that hold now';
COMMENT ON COLUMN featuretrail.retention_tables.keep IS 'How long past rows are kept unless an event says otherwise; NULL: for ever';

INSERT INTO featuretrail.retention_tables (table_name, stream, time_column, past_since, keep)
VALUES
  ('feature_consistency_checks', 'e6bdcbc9-44f9-5537-a08f-cf07b97ada49', 'check_timestamp', 'check_timestamp', '90 days'),
  ('feature_performance_metrics', '9191f446-39fe-58cf-be00-231702c58f5a', 'recorded_at', 'recorded_at', '90 days'),
  ('feature_drift_detection', '1a50f22b-3872-5962-9ba1-6eda6e18c0fc', 'detected_at', 'resolved_at', '90 days'),
  ('feature_metadata', '6086b96f-2e48-5f12-907d-abfb6aadcf38', 'created_at', 'past_since', NULL);
