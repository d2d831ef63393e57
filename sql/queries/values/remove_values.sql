-- Removes what the retention of a group has due, or with preview counts it.
SELECT
  'group' AS kind,
  %(group)s::text AS name,
  r.horizon,
  r.rows,
  r.event_position AS position
FROM featuretrail.remove_values(
  %(group)s::text, %(actor)s::text, %(reason)s::text, %(preview)s::boolean
) AS r;
