-- Events that a generation could not take in, and those of their streams that wait behind them.
CREATE TABLE featuretrail.dead_letters (
  generation bigint NOT NULL REFERENCES featuretrail.generations ON DELETE CASCADE,
  position bigint NOT NULL,
  originator_id uuid NOT NULL,
  originator_version integer NOT NULL,
  topic text COLLATE "C" NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL CHECK (attempts >= 0),
  waits_for bigint,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (generation, position)
);

COMMENT ON TABLE featuretrail.dead_letters IS 'Events that a generation could not take in, and those of their streams that wait behind them';
COMMENT ON COLUMN featuretrail.dead_letters.generation IS 'The generation that lacks the event';
COMMENT ON COLUMN featuretrail.dead_letters.position IS 'Position of the event';
COMMENT ON COLUMN featuretrail.dead_letters.originator_id IS 'Stream of the event';
COMMENT ON COLUMN featuretrail.dead_letters.originator_version IS 'Place of the event in its stream';
COMMENT ON COLUMN featuretrail.dead_letters.topic IS 'Stable name of the kind of event';
COMMENT ON COLUMN featuretrail.dead_letters.error IS 'Why it could not be taken in';
COMMENT ON COLUMN featuretrail.dead_letters.attempts IS 'How often it was tried; 0 for one that only waits';
COMMENT ON COLUMN featuretrail.dead_letters.waits_for IS 'Position of the parked event of its stream that it waits behind; NULL for one that failed itself';
COMMENT ON COLUMN featuretrail.dead_letters.parked_at IS 'When it was parked, or last tried again';
