-- The log for people: states as jsonb, digests as text.
CREATE VIEW featuretrail.events_readable WITH (security_invoker = true) AS
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  convert_from(e.state, 'UTF8')::jsonb AS state,
  encode(e.digest, 'hex') AS digest
FROM featuretrail.events AS e;

COMMENT ON VIEW featuretrail.events_readable IS 'The log for people: states as jsonb, digests as text';
COMMENT ON COLUMN featuretrail.events_readable.position IS 'Place in the log';
COMMENT ON COLUMN featuretrail.events_readable.recorded_at IS 'Server time of the append';
COMMENT ON COLUMN featuretrail.events_readable.topic IS 'Stable name of the kind of event';
COMMENT ON COLUMN featuretrail.events_readable.originator_id IS 'The stream the event belongs to';
COMMENT ON COLUMN featuretrail.events_readable.originator_version IS 'Place in the stream, from 1';
COMMENT ON COLUMN featuretrail.events_readable.state IS 'The event as jsonb';
COMMENT ON COLUMN featuretrail.events_readable.digest IS 'Digest of the chain up to this event, hexadecimal';
