-- Does a table hold rows of one entity, and how many?
SELECT count(*) AS rows
FROM {table} AS v
WHERE {entity}
