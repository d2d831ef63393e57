-- How is each of the views defined that bare names find? No text for what is no view.
SELECT
  v.name,
  CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS definition,
  coalesce(c.reloptions, '{}') AS options
FROM unnest(%(views)s::text[]) AS v (name)
JOIN pg_catalog.pg_class AS c ON c.oid = to_regclass(quote_ident(v.name));
