-- The messages that could not be stored, as they came, until they are replayed or discarded.
CREATE TABLE featuretrail.parked_messages (
  number bigint PRIMARY KEY,
  group_name text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  partition text COLLATE "C" NOT NULL,
  message_offset text COLLATE "C" NOT NULL,
  payload bytea NOT NULL,
  error text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  parked_at timestamptz NOT NULL,
  attempts bigint NOT NULL CHECK (attempts > 0),
  UNIQUE (group_name, source, partition, message_offset)
);

COMMENT ON TABLE featuretrail.parked_messages
  IS 'Messages of streams that could not be decoded or failed validation; replayed or discarded, they go.';
COMMENT ON COLUMN featuretrail.parked_messages.number IS 'What people name the message by: the position, times a million, plus its place among those parked with it.';
COMMENT ON COLUMN featuretrail.parked_messages.group_name IS 'The feature group it was meant for.';
COMMENT ON COLUMN featuretrail.parked_messages.source IS 'The stream it came by.';
COMMENT ON COLUMN featuretrail.parked_messages.partition IS 'The partition of the source.';
COMMENT ON COLUMN featuretrail.parked_messages.message_offset IS 'Its offset in the partition.';
COMMENT ON COLUMN featuretrail.parked_messages.payload IS 'The message, byte for byte (of one given as columns: their JSON).';
COMMENT ON COLUMN featuretrail.parked_messages.error IS 'Why it could not be stored, at the last attempt.';
COMMENT ON COLUMN featuretrail.parked_messages.position IS 'The position of the event of the micro-batch it was parked with.';
COMMENT ON COLUMN featuretrail.parked_messages.parked_at IS 'When the server recorded that event.';
COMMENT ON COLUMN featuretrail.parked_messages.attempts IS 'How often it was tried.';
