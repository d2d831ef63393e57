-- Which columns has a table, in their order?
SELECT
  a.attname,
  a.atttypid::bigint
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = %(table)s::regclass
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attnum
