-- Is there a role of that name?
SELECT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = %(name)s)
