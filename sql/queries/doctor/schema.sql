-- What is each thing of the schema, and how is it defined?
SELECT
  'column' AS kind,
  format('featuretrail.%I.%I', c.relname, a.attname) AS name,
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END) AS definition
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace('featuretrail')
  AND c.relkind IN ('r', 'p', 'v')
UNION ALL
SELECT
  'function',
  p.oid::regprocedure::text,
  md5(pg_get_functiondef(p.oid))
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = to_regnamespace('featuretrail')
  AND p.prokind IN ('f', 'p')
UNION ALL
SELECT
  'view',
  format('featuretrail.%I', c.relname),
  md5(pg_get_viewdef(c.oid))
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = to_regnamespace('featuretrail')
  AND c.relkind = 'v'
UNION ALL
SELECT
  'key or check',
  format('%s of featuretrail.%I', pg_get_constraintdef(k.oid), c.relname),
  k.convalidated::text
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE c.relnamespace = to_regnamespace('featuretrail')
  AND k.contype IN ('p', 'u', 'c')
UNION ALL
SELECT
  'index',
  format('%s of featuretrail.%I', substring(pg_get_indexdef(i.indexrelid) FROM 'USING .*'), c.relname),
  concat_ws(' ', i.indisunique::text, i.indisvalid::text)
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = to_regnamespace('featuretrail')
UNION ALL
SELECT
  'trigger',
  format('%I of featuretrail.%I', t.tgname, c.relname),
  concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = to_regnamespace('featuretrail')
  AND NOT t.tgisinternal
  AND t.tgname <> 'ts_insert_blocker'
ORDER BY 1, 2;
