-- Gives a table the owner and the grants of another one, those on single columns too, and no others.
CREATE FUNCTION featuretrail.copy_grants(source regclass, target regclass)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
  owner CONSTANT oid := (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = source);
  privilege record;
BEGIN
  EXECUTE format('ALTER TABLE %s OWNER TO %I', target, pg_get_userbyid(owner));
  FOR privilege IN
    SELECT DISTINCT a.grantee
    FROM (
      SELECT c.relacl FROM pg_catalog.pg_class AS c WHERE c.oid = target
      UNION ALL
      SELECT t.attacl FROM pg_catalog.pg_attribute AS t WHERE t.attrelid = target
    ) AS granted (acl)
    CROSS JOIN LATERAL aclexplode(granted.acl) AS a
    WHERE a.grantee <> owner
  LOOP
    EXECUTE format(
      'REVOKE ALL ON TABLE %s FROM %s CASCADE',
      target,
      CASE WHEN privilege.grantee = 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END
    );
  END LOOP;
  FOR privilege IN
    SELECT a.privilege_type, granted.attname, a.grantee, a.is_grantable
    FROM (
      SELECT c.relacl, NULL::name FROM pg_catalog.pg_class AS c WHERE c.oid = source
      UNION ALL
      SELECT t.attacl, t.attname
      FROM pg_catalog.pg_attribute AS t
      WHERE t.attrelid = source AND NOT t.attisdropped
    ) AS granted (acl, attname)
    CROSS JOIN LATERAL aclexplode(granted.acl) AS a
    WHERE a.grantee <> owner
  LOOP
    EXECUTE format(
      'GRANT %s%s ON TABLE %s TO %s%s',
      privilege.privilege_type,
      CASE WHEN privilege.attname IS NULL THEN '' ELSE format(' (%I)', privilege.attname) END,
      target,
      CASE WHEN privilege.grantee = 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END,
      CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    );
  END LOOP;
END
$function$;

COMMENT ON FUNCTION featuretrail.copy_grants IS 'Gives a table the owner and exactly the grants of another one';
