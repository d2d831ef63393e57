-- Is there a schema of that name?
SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = %(schema)s::text);
