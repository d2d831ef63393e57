-- What really happened, one row for each thing that it judges. The values themselves are in the table
-- of the label's group too, where training data finds them.
CREATE TABLE featuretrail.outcomes (
  event_time timestamptz NOT NULL,
  batch uuid NOT NULL,
  ordinal integer NOT NULL CHECK (ordinal >= 0),
  label text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  keys jsonb NOT NULL,
  value jsonb NOT NULL,
  served_id uuid,
  snapshot_id text COLLATE "C",
  judged_time timestamptz,
  seen jsonb NOT NULL,
  late boolean NOT NULL,
  replaced boolean NOT NULL,
  PRIMARY KEY (batch, ordinal, event_time),
  CHECK ((snapshot_id IS NULL) = (judged_time IS NULL))
);

-- the outcomes of an entity at a time; of a served row; of a snapshot
CREATE INDEX ON featuretrail.outcomes (label, version, event_time, jsonb_hash_extended(keys, 0));
CREATE INDEX ON featuretrail.outcomes (served_id) WHERE served_id IS NOT NULL;
CREATE INDEX ON featuretrail.outcomes (snapshot_id, judged_time) WHERE snapshot_id IS NOT NULL;

SELECT featuretrail.make_hypertable('featuretrail.outcomes', 'event_time', '30 days');

COMMENT ON TABLE featuretrail.outcomes IS 'What really happened, one row for each thing that it judges; append-only';
COMMENT ON COLUMN featuretrail.outcomes.event_time IS 'When the outcome became true';
COMMENT ON COLUMN featuretrail.outcomes.batch IS 'The call that recorded it; see featuretrail.outcome_batches';
COMMENT ON COLUMN featuretrail.outcomes.ordinal IS 'Its place in the batch, from 0';
COMMENT ON COLUMN featuretrail.outcomes.label IS 'The feature that holds the outcome: group.feature';
COMMENT ON COLUMN featuretrail.outcomes.version IS 'Its version';
COMMENT ON COLUMN featuretrail.outcomes.keys IS 'The entity: key columns and their values';
COMMENT ON COLUMN featuretrail.outcomes.value IS 'The outcome; NaN and infinities as text, times in ISO 8601 with microseconds';
COMMENT ON COLUMN featuretrail.outcomes.served_id IS 'The served row that it judges; see featuretrail.served';
COMMENT ON COLUMN featuretrail.outcomes.snapshot_id IS 'The snapshot whose row it judges';
COMMENT ON COLUMN featuretrail.outcomes.judged_time IS 'The spine time of that row';
COMMENT ON COLUMN featuretrail.outcomes.seen IS 'What the outcome tracker saw of features: group.feature@version and the value';
COMMENT ON COLUMN featuretrail.outcomes.late IS 'Whether it lies before the newest outcome that earlier calls had recorded of this version of the label';
COMMENT ON COLUMN featuretrail.outcomes.replaced IS 'Whether it replaced an outcome of another value';
