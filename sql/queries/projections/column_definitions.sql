-- How is each column of the tables defined that bare names find?
SELECT
  t.name,
  a.attname::text,
  concat_ws(
    ' ',
    format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attcollation <> y.typcollation THEN format('COLLATE %%I', l.collname) END,
    CASE WHEN a.attnotnull THEN 'NOT NULL' END
  ) AS definition
FROM unnest(%(tables)s::text[]) AS t (name)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = to_regclass(quote_ident(t.name))
JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
WHERE a.attnum > 0
  AND NOT a.attisdropped
ORDER BY
  array_position(%(tables)s::text[], t.name),
  a.attnum;
