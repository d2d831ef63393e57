-- Which removals of the values of a group does the table of removals state?
SELECT
  r.position,
  r.horizon,
  r.rows,
  r.known_position,
  r.known_at
FROM featuretrail.value_removals AS r
WHERE r.group_name = %(group)s
ORDER BY r.position;
