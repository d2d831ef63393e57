-- What would retention remove from the live tables now?
SELECT
  'table' AS kind,
  d.table_name AS name,
  d.horizon,
  d.rows
FROM featuretrail.due_retention() AS d;
