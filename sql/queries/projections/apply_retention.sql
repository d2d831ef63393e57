-- Records in the log that what is due is removed.
SELECT
  'table' AS kind,
  a.table_name AS name,
  a.horizon,
  a.rows,
  a.event_position AS position
FROM featuretrail.apply_retention(%(actor)s::text, %(reason)s::text) AS a;
