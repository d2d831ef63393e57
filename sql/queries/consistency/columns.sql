-- Which columns does a table of another system have, and of which types?
SELECT *
FROM {table}
LIMIT 0
