-- How far has an interrupted move of a table of values come? No row: it has not begun.
SELECT obj_description(c.oid, 'pg_class') AS state
FROM pg_catalog.pg_class AS c
WHERE c.oid = to_regclass(%(target)s)
