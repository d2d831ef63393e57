-- What of a store may this role do? NULL where there is nothing to have a right to.
SELECT
  has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(to_regclass('featuretrail.feature_lineage'), 'SELECT') AS reader,
  has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(to_regclass('featuretrail.events'), 'SELECT')
    AND has_table_privilege(to_regclass('featuretrail.batches'), 'SELECT') AS auditor,
  has_schema_privilege(n.oid, 'USAGE')
    AND has_function_privilege(
      (
        SELECT max(p.oid)
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = n.oid AND p.proname = 'append_events'
      ),
      'EXECUTE'
    ) AS writer,
  has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(to_regclass('featuretrail.feature_lineage'), 'INSERT')
    AND has_column_privilege(to_regclass('featuretrail.generations'), 'position', 'UPDATE') AS projector,
  pg_has_role(n.nspowner, 'USAGE') AS owner
FROM (VALUES ('featuretrail')) AS s (name)
LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = s.name;
