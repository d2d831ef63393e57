-- The end of the log in one row: whoever appends locks it, so positions have no gap.
CREATE TABLE featuretrail.log_head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL CHECK (position >= 0),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  recorded_at timestamptz
) WITH (fillfactor = 10);

COMMENT ON TABLE featuretrail.log_head IS 'The end of the log: one row, locked by whoever appends';
COMMENT ON COLUMN featuretrail.log_head.one IS 'Always true, so that there is one row';
COMMENT ON COLUMN featuretrail.log_head.position IS 'Position of the last event, 0 before the first';
COMMENT ON COLUMN featuretrail.log_head.digest IS 'Digest of the last event, 32 zero bytes before the first';
COMMENT ON COLUMN featuretrail.log_head.recorded_at IS 'Server time of the last event, NULL before the first';

INSERT INTO featuretrail.log_head (position, digest)
VALUES (0, decode(repeat('00', 32), 'hex'));
