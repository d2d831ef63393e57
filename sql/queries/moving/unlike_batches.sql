-- Of which batches have a table and its copy different numbers of rows?
SELECT batch
FROM (SELECT s.batch, count(*) AS rows FROM {source} AS s GROUP BY s.batch) AS original
FULL JOIN (SELECT t.batch, count(*) AS rows FROM {target} AS t GROUP BY t.batch) AS copied
  USING (batch)
WHERE original.rows IS DISTINCT FROM copied.rows
