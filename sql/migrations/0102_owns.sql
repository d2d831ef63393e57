-- Does the caller own a table, itself or by a role it is a member of?
CREATE FUNCTION featuretrail.owns(target regclass)
RETURNS boolean
LANGUAGE sql
STABLE
AS $function$
  SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE')
  FROM pg_catalog.pg_class AS c
  WHERE c.oid = target
$function$;

COMMENT ON FUNCTION featuretrail.owns IS 'Whether the caller may change a table as its owner';
