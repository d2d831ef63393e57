-- How many rows of one entity does a table hold, by batch?
SELECT
  v.batch,
  count(*) AS rows
FROM {table} AS v
WHERE {entity}
GROUP BY v.batch
