-- What does a table of another system hold, within the times that are compared?
SELECT {columns}
FROM {table}
WHERE {within}
