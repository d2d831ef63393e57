-- Which of a schema's tables have other columns than the live ones of the same name?
SELECT DISTINCT u.relname
FROM (
  SELECT
    c.relname,
    a.attname,
    a.atttypid,
    row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) AS place,
    n.nspname
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
  WHERE n.nspname IN ('featuretrail', %(schema)s)
    AND c.relname = ANY (%(tables)s)
    AND a.attnum > 0
    AND NOT a.attisdropped
) AS u
GROUP BY u.relname, u.attname, u.atttypid, u.place
HAVING count(*) <> 2
ORDER BY u.relname;
