-- Which functions of these names does PostgreSQL have: do their results depend on arguments alone,
-- and does any of them give several rows?
SELECT
  p.proname::text AS name,
  bool_and(p.provolatile = 'i') AS immutable,
  bool_or(p.proretset) AS several
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = 'pg_catalog'::regnamespace
  AND p.proname = ANY (%(names)s::name[])
GROUP BY p.proname
