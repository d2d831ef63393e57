-- Which rows of a table of values or retractions may matter to a join? In no order: numpy sorts.
SELECT {columns}
FROM {table} AS v
WHERE {conditions}
