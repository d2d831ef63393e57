-- How far each source of a stream is stored: moved in the transaction that stores its rows.
CREATE TABLE featuretrail.stream_offsets (
  group_name text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  partition text COLLATE "C" NOT NULL,
  last_offset text COLLATE "C" NOT NULL CHECK (last_offset ~ '^[0-9]+(-[0-9]+)*$'),
  batch bigint NOT NULL CHECK (batch > 0),
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  latest_event_time timestamptz,
  messages bigint NOT NULL CHECK (messages >= 0),
  redelivered bigint NOT NULL CHECK (redelivered >= 0),
  out_of_order bigint NOT NULL CHECK (out_of_order >= 0),
  late bigint NOT NULL CHECK (late >= 0),
  parked bigint NOT NULL CHECK (parked >= 0),
  PRIMARY KEY (group_name, source, partition)
);

COMMENT ON TABLE featuretrail.stream_offsets
  IS 'How far each partition of a source is stored in a feature group: a message at or below is a redelivery.';
COMMENT ON COLUMN featuretrail.stream_offsets.group_name IS 'The feature group.';
COMMENT ON COLUMN featuretrail.stream_offsets.source IS 'The stream that is read, as its writer names it.';
COMMENT ON COLUMN featuretrail.stream_offsets.partition IS 'The partition of the source; each has an order of its own.';
COMMENT ON COLUMN featuretrail.stream_offsets.last_offset
  IS 'The offset of the last message stored or parked: whole numbers joined by -, compared one by one.';
COMMENT ON COLUMN featuretrail.stream_offsets.batch IS 'The batch that moved the offset last.';
COMMENT ON COLUMN featuretrail.stream_offsets.position IS 'The position of the event of that batch.';
COMMENT ON COLUMN featuretrail.stream_offsets.recorded_at IS 'When the server recorded that event.';
COMMENT ON COLUMN featuretrail.stream_offsets.latest_event_time
  IS 'The greatest event time stored from this partition (NULL: none); an earlier one that follows is out of order.';
COMMENT ON COLUMN featuretrail.stream_offsets.messages IS 'How many messages were taken from this partition, the parked ones among them.';
COMMENT ON COLUMN featuretrail.stream_offsets.redelivered IS 'How many messages came again and were dropped.';
COMMENT ON COLUMN featuretrail.stream_offsets.out_of_order IS 'How many rows had an earlier event time than one before them.';
COMMENT ON COLUMN featuretrail.stream_offsets.late IS 'How many of those were earlier by more than the allowed lateness.';
COMMENT ON COLUMN featuretrail.stream_offsets.parked IS 'How many messages could not be stored and were parked.';
