-- The head of the log is moved by appending and never removed.
CREATE TRIGGER log_head_kept
BEFORE DELETE OR TRUNCATE ON featuretrail.log_head
FOR EACH STATEMENT EXECUTE FUNCTION featuretrail.refuse_change();

COMMENT ON TRIGGER log_head_kept ON featuretrail.log_head IS 'The head of the log is never removed';
