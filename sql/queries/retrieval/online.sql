-- What are the newest rows of these entities, group by group, as arrays; and what time is it?
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
  {columns}
FROM {groups}
