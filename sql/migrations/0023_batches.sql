CREATE TABLE featuretrail.batches (
  group_name text COLLATE "C" NOT NULL,
  batch bigint NOT NULL CHECK (batch > 0),
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('values', 'retraction')),
  position bigint NOT NULL UNIQUE,
  recorded_at timestamptz NOT NULL,
  layout bigint NOT NULL CHECK (layout >= 0 AND layout <= batch),
  columns text[] COLLATE "C" NOT NULL,
  rows bigint NOT NULL CHECK (rows >= 0),
  first_event_time timestamptz,
  last_event_time timestamptz,
  digest text COLLATE "C" NOT NULL,
  originator_id uuid NOT NULL UNIQUE,
  PRIMARY KEY (group_name, batch)
);
COMMENT ON TABLE featuretrail.batches IS
  'Every ingestion and retraction of a group: its number in the group, its place in the log.';
COMMENT ON COLUMN featuretrail.batches.group_name IS 'The feature group.';
COMMENT ON COLUMN featuretrail.batches.batch IS
  'The number of the batch in its group, from 1; grows with position.';
COMMENT ON COLUMN featuretrail.batches.kind IS 'values or retraction.';
COMMENT ON COLUMN featuretrail.batches.position IS 'The position of the event of the batch.';
COMMENT ON COLUMN featuretrail.batches.recorded_at IS
  'When the server recorded the event; when a row without a known time became known.';
COMMENT ON COLUMN featuretrail.batches.layout IS
  'The first batch of the group that wrote the same columns; 0 for a retraction.';
COMMENT ON COLUMN featuretrail.batches.columns IS
  'The feature columns that the batch wrote, sorted; empty for a retraction.';
COMMENT ON COLUMN featuretrail.batches.rows IS
  'How many rows of values the batch holds; of a retraction, how many entities.';
COMMENT ON COLUMN featuretrail.batches.first_event_time IS
  'The least event time of the batch (NULL without rows); of a retraction, where it begins.';
COMMENT ON COLUMN featuretrail.batches.last_event_time IS
  'The greatest event time of the batch (NULL without rows); NULL for a retraction.';
COMMENT ON COLUMN featuretrail.batches.digest IS
  'The canonical digest of the rows of the batch; empty for a retraction.';
COMMENT ON COLUMN featuretrail.batches.originator_id IS
  'The stream of the event of the batch; a retry with the same idempotency key has the same.';
