-- Which event does a row of the read side name as the one that made it?
SELECT t.position
FROM {table} AS t
WHERE t.id = %(id)s
ORDER BY t.position;
