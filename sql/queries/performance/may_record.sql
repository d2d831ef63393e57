-- May this role append to the log?
SELECT pg_catalog.has_function_privilege('featuretrail.append_events(uuid[], integer[], text[], bytea[])', 'EXECUTE');
