-- What did retention remove from the values of the groups, and by which event last?
SELECT
  r.group_name,
  max(r.horizon) AS horizon,
  max(r.position) AS position,
  max(r.known_position) AS known_position,
  max(r.known_at) AS known_at
FROM featuretrail.value_removals AS r
WHERE r.group_name = ANY (%(groups)s::text[])
GROUP BY r.group_name
ORDER BY r.group_name;
