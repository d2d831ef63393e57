-- Which events does the table of batches name for some batches of a group?
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.batches AS b
JOIN featuretrail.events AS e ON e.position = b.position
WHERE b.group_name = %(group)s
  AND b.batch = ANY (%(batches)s::bigint[])
ORDER BY e.position
