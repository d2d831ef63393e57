-- The owner: all schemas, tables, views and functions of featuretrail become its own, with what their
-- functions may do.
DO $owner$
DECLARE
  owner CONSTANT name := {owner_name};
  ours CONSTANT text[] := ARRAY['featuretrail', 'featuretrail_values', 'featuretrail_online', 'featuretrail_retracted']
    || ARRAY(SELECT g.schema_name FROM featuretrail.generations AS g);
  thing record;
BEGIN
  FOR thing IN
    SELECT n.nspname
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (ours) AND pg_get_userbyid(n.nspowner) <> owner
  LOOP
    EXECUTE format('ALTER SCHEMA %I OWNER TO %I', thing.nspname, owner);
  END LOOP;
  FOR thing IN
    SELECT c.oid::regclass AS name
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace::regnamespace::text = ANY (ours)
      AND c.relkind IN ('r', 'p', 'v', 'm')
      AND pg_get_userbyid(c.relowner) <> owner
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', thing.name, owner);
  END LOOP;
  FOR thing IN
    SELECT p.oid::regprocedure AS name
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace::regnamespace::text = ANY (ours) AND pg_get_userbyid(p.proowner) <> owner
  LOOP
    EXECUTE format('ALTER ROUTINE %s OWNER TO %I', thing.name, owner);
  END LOOP;
END
$owner$
