-- The calls that recorded outcomes, each with its place in the log.
CREATE TABLE featuretrail.outcome_batches (
  batch uuid PRIMARY KEY,
  position bigint NOT NULL UNIQUE,
  recorded_at timestamptz NOT NULL,
  label text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  rows bigint NOT NULL CHECK (rows >= 0),
  first_event_time timestamptz NOT NULL,
  last_event_time timestamptz NOT NULL
);

-- how far the outcomes of a label reach
CREATE INDEX ON featuretrail.outcome_batches (label, version, last_event_time);

COMMENT ON TABLE featuretrail.outcome_batches IS 'The calls that recorded outcomes, each with its place in the log';
COMMENT ON COLUMN featuretrail.outcome_batches.batch IS 'The stream of the event that certifies the batch';
COMMENT ON COLUMN featuretrail.outcome_batches.position IS 'Position of that event';
COMMENT ON COLUMN featuretrail.outcome_batches.recorded_at IS 'When the server recorded it';
COMMENT ON COLUMN featuretrail.outcome_batches.label IS 'The feature that holds the outcomes: group.feature';
COMMENT ON COLUMN featuretrail.outcome_batches.version IS 'Its version';
COMMENT ON COLUMN featuretrail.outcome_batches.rows IS 'How many outcomes were stored';
COMMENT ON COLUMN featuretrail.outcome_batches.first_event_time IS 'The least event time of the batch';
COMMENT ON COLUMN featuretrail.outcome_batches.last_event_time IS 'The greatest event time of the batch';
