-- What was answered online: one row an entity, of the share of entities whose answers are logged.
CREATE TABLE featuretrail.served (
  served_at timestamptz NOT NULL,
  served_id uuid NOT NULL,
  position bigint NOT NULL CHECK (position > 0),
  known_position bigint NOT NULL CHECK (known_position >= 0),
  features text[] COLLATE "C" NOT NULL,
  keys jsonb NOT NULL,
  values jsonb NOT NULL,
  statuses text[] COLLATE "C" NOT NULL,
  event_times timestamptz[] NOT NULL,
  PRIMARY KEY (served_id, served_at),
  CHECK (cardinality(features) = jsonb_array_length(values)),
  CHECK (cardinality(features) = cardinality(statuses)),
  CHECK (cardinality(features) = cardinality(event_times))
);

-- the rows of a time; those of a batch
CREATE INDEX ON featuretrail.served (served_at);
CREATE INDEX ON featuretrail.served (position);

SELECT featuretrail.make_hypertable('featuretrail.served', 'served_at', '1 day');

COMMENT ON TABLE featuretrail.served IS 'What was answered online, of the share of entities whose answers are logged; batches are certified by events';
COMMENT ON COLUMN featuretrail.served.served_at IS 'The server''s clock when the online rows were read: the moment the answer was of';
COMMENT ON COLUMN featuretrail.served.served_id IS 'The row''s id (UUID version 7, with the milliseconds of served_at)';
COMMENT ON COLUMN featuretrail.served.position IS 'Position of the event that certifies the batch the row was written in';
COMMENT ON COLUMN featuretrail.served.known_position IS 'The log''s head as the statement that read the online rows saw it: all that the answer could know';
COMMENT ON COLUMN featuretrail.served.features IS 'The features answered: group.feature@version';
COMMENT ON COLUMN featuretrail.served.keys IS 'The entity: key columns and their values';
COMMENT ON COLUMN featuretrail.served.values IS 'A value a feature; NaN and infinities as text, times in ISO 8601 with microseconds';
COMMENT ON COLUMN featuretrail.served.statuses IS 'A status a feature: present, null, missing, expired or retracted';
COMMENT ON COLUMN featuretrail.served.event_times IS 'An event time a feature; NULL where no row was found';
