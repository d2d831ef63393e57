-- The salts under which the log names who was erased. They are no part of the log: without its salt an
-- event's digests say nothing any more.
CREATE TABLE featuretrail.erasures (
  position bigint PRIMARY KEY,
  group_name text COLLATE "C" NOT NULL,
  salt bytea NOT NULL CHECK (octet_length(salt) = 32)
);

COMMENT ON TABLE featuretrail.erasures IS 'The salts of erasures: with one it can be told whether an event of the log erased an entity; without it, not';
COMMENT ON COLUMN featuretrail.erasures.position IS 'Position of the event of the erasure';
COMMENT ON COLUMN featuretrail.erasures.group_name IS 'The feature group';
COMMENT ON COLUMN featuretrail.erasures.salt IS 'The key of the digests (HMAC-SHA256) by which the event names the entities; may be deleted, for ever';
