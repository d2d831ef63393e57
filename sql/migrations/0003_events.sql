-- The log itself: what happened, in one order for the whole store.
CREATE TABLE featuretrail.events (
  position bigint PRIMARY KEY,
  originator_id uuid NOT NULL,
  originator_version integer NOT NULL CHECK (originator_version > 0),
  topic text NOT NULL,
  state bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  CONSTRAINT events_stream_version UNIQUE (originator_id, originator_version)
);

COMMENT ON TABLE featuretrail.events IS 'The log: append-only, gapless, chained by digest; the truth everything else is derived from';
COMMENT ON COLUMN featuretrail.events.position IS 'Place in the log: 1, 2, 3 and so on without a gap, in commit order';
COMMENT ON COLUMN featuretrail.events.originator_id IS 'The stream (aggregate) the event belongs to';
COMMENT ON COLUMN featuretrail.events.originator_version IS 'Place in the stream, from 1';
COMMENT ON COLUMN featuretrail.events.topic IS 'Stable name of the kind of event';
COMMENT ON COLUMN featuretrail.events.state IS 'The event as UTF-8 JSON, class_version first';
COMMENT ON COLUMN featuretrail.events.recorded_at IS 'Server time of the append; never goes back along positions';
COMMENT ON COLUMN featuretrail.events.digest IS 'sha256 of the previous digest and this event''s canonical bytes';
