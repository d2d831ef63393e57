-- Which removals of the values of a group does the log state?
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.originator_id = %(stream)s
ORDER BY e.position;
