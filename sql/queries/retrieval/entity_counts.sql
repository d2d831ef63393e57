-- About how many entities does each group have? -1 where the table was never analysed.
SELECT
  c.relname AS group_name,
  c.reltuples::double precision AS entities
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = 'featuretrail_online'::regnamespace
  AND c.relname = ANY (%(groups)s::name[])
