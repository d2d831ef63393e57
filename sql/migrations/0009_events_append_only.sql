-- Events are never updated, deleted or truncated, whatever the role.
CREATE TRIGGER events_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON featuretrail.events
FOR EACH STATEMENT EXECUTE FUNCTION featuretrail.refuse_change();

COMMENT ON TRIGGER events_append_only ON featuretrail.events IS 'Events never change';
