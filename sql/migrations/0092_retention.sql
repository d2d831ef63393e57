-- How long the past rows of each table are kept, by the log, and up to when they were removed.
CREATE VIEW featuretrail.retention WITH (security_invoker = true) AS
SELECT
  t.table_name,
  CASE
    WHEN chosen.position IS NULL THEN t.keep
    ELSE make_interval(secs => (chosen.state ->> 'keep_microseconds')::numeric / 1000000)
  END AS keep,
  chosen.position AS set_position,
  (applied.state ->> 'horizon')::timestamptz AS horizon,
  applied.position AS applied_position
FROM featuretrail.retention_tables AS t
LEFT JOIN LATERAL (
  SELECT e.position, e.state
  FROM featuretrail.events_readable AS e
  WHERE e.originator_id = t.stream
    AND e.topic = 'featuretrail.retention.set'
  ORDER BY e.originator_version DESC
  LIMIT 1
) AS chosen ON true
LEFT JOIN LATERAL (
  SELECT e.position, e.state
  FROM featuretrail.events_readable AS e
  WHERE e.originator_id = t.stream
    AND e.topic = 'featuretrail.retention.applied'
  ORDER BY e.originator_version DESC
  LIMIT 1
) AS applied ON true;

COMMENT ON VIEW featuretrail.retention IS 'How long the past rows of each table of the read side are kept, and up to when they were removed';
COMMENT ON COLUMN featuretrail.retention.table_name IS 'The table';
COMMENT ON COLUMN featuretrail.retention.keep IS 'How long its past rows are kept; NULL: for ever';
COMMENT ON COLUMN featuretrail.retention.set_position IS 'Position of the event that set it; NULL: the default';
COMMENT ON COLUMN featuretrail.retention.horizon IS 'Rows that were past before are removed; NULL: none was';
COMMENT ON COLUMN featuretrail.retention.applied_position IS 'Position of the event that removed them';
