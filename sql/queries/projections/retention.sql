-- How long are the past rows of each table kept, and up to when were they removed?
SELECT
  r.table_name,
  r.keep,
  r.set_position,
  r.horizon,
  r.applied_position
FROM featuretrail.retention AS r
ORDER BY r.table_name;
