-- Refuses whatever its trigger is fired by.
CREATE FUNCTION featuretrail.refuse_change()
RETURNS trigger
LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE restrict_violation USING
    MESSAGE = format('%I.%I is append-only: %s is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP);
END
$function$;

COMMENT ON FUNCTION featuretrail.refuse_change IS 'Trigger function of tables whose rows never change';
