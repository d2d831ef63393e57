-- Deletes the rows of one entity from a table.
DELETE FROM {table} AS v
WHERE {entity}
