-- All rows of a table, as a check of a read model compares them.
SELECT
  t.id,
  to_jsonb(t)
FROM {table} AS t;
