-- What are the newest rows of these entities, group by group, as arrays; what time is it, and, where the
-- answer is logged, where does the log end?
WITH {entities}
SELECT
  clock_timestamp() AS now,
  (
    SELECT max(e.position)
    FROM featuretrail.events AS e
    WHERE e.topic IN (
        'featuretrail.feature.defined',
        'featuretrail.group.defined',
        'featuretrail.set.defined'
      )
  ) AS last_definition,
  {known_position} AS known_position,
  {columns}
FROM {groups}
