-- What did retention remove from the values of each group: how many rows, up to when, by which event?
SELECT
  r.group_name AS name,
  sum(r.rows)::bigint AS rows,
  max(r.horizon) AS horizon,
  max(r.position) AS applied_position
FROM featuretrail.value_removals AS r
GROUP BY r.group_name
