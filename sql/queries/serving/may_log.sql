-- May this role append to the log, and store served rows?
SELECT
  pg_catalog.has_function_privilege('featuretrail.append_event(uuid, integer, text, bytea)', 'EXECUTE')
  AND pg_catalog.has_table_privilege('featuretrail.served', 'INSERT')
