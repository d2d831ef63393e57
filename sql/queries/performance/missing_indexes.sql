-- Which tables of groups lack the valid unique index on keys and times that they were made with?
SELECT
  g.name AS group_name,
  t.schema_name
FROM unnest(%(groups)s::text[]) AS g (name)
CROSS JOIN (
  VALUES
    ('featuretrail_values', '{event_time,batch}'::name[]),
    ('featuretrail_online', '{layout}'::name[])
) AS t (schema_name, further)
JOIN pg_catalog.pg_class AS c
  ON c.relname = g.name AND c.relnamespace = t.schema_name::regnamespace
WHERE NOT EXISTS (
  SELECT
  FROM pg_catalog.pg_index AS i
  WHERE i.indrelid = c.oid
    AND i.indisunique
    AND i.indisvalid
    AND (
      SELECT array_agg(a.attname)
      FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::smallint[])
    ) @> t.further
)
ORDER BY g.name, t.schema_name;
