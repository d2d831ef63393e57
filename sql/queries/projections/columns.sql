-- The columns of the read side's tables, in their order.
SELECT
  c.relname,
  a.attname,
  a.atttypid,
  format_type(a.atttypid, NULL) AS type
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE n.nspname = 'featuretrail'
  AND c.relname = ANY (%(tables)s)
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY c.relname, a.attnum;
