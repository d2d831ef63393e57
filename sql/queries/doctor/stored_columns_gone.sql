-- Which tables, and which columns of tables that are there, of those that are wanted are gone?
SELECT DISTINCT
  CASE WHEN c.oid IS NULL THEN 'table' ELSE 'column' END AS kind,
  CASE
    WHEN c.oid IS NULL THEN format('%%I.%%I', w.schema_name, w.table_name)
    ELSE format('%%I.%%I.%%I', w.schema_name, w.table_name, w.column_name)
  END AS name
FROM unnest(%(schemas)s::text[], %(tables)s::text[], %(columns)s::text[])
  AS w (schema_name, table_name, column_name)
LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema_name
LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.table_name
LEFT JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid = c.oid AND a.attname = w.column_name AND a.attnum > 0 AND NOT a.attisdropped
WHERE a.attname IS NULL
ORDER BY kind DESC, name;
