-- Content-addressed storage: each blob is cut into chunks, found by the digest of what it says.
CREATE TABLE featuretrail.blobs (
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  chunk integer NOT NULL CHECK (chunk >= 0),
  content bytea NOT NULL,
  PRIMARY KEY (digest, chunk)
);

ALTER TABLE featuretrail.blobs ALTER COLUMN content SET STORAGE EXTERNAL;

COMMENT ON TABLE featuretrail.blobs IS 'Frozen tables as Arrow IPC files in chunks, each stored once under its canonical digest';
COMMENT ON COLUMN featuretrail.blobs.digest IS 'Canonical digest (BLAKE3) of the table; never a digest of the stored bytes';
COMMENT ON COLUMN featuretrail.blobs.chunk IS 'Place of the chunk in the file, from 0';
COMMENT ON COLUMN featuretrail.blobs.content IS 'The chunk''s bytes: 1 MiB, fewer in the last; kept uncompressed, so that any part reads fast';
