-- How many values of one entity does each batch of the group hold, and of which times?
SELECT
  v.batch,
  count(*) AS rows,
  min(v.event_time) AS first_event_time,
  max(v.event_time) AS last_event_time
FROM {table} AS v
WHERE {entity}
GROUP BY v.batch
