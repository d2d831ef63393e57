-- Makes the schema and the table in which migrations are recorded, unless they are there.
DO $bootstrap$
BEGIN
  IF to_regclass('featuretrail.schema_migrations') IS NOT NULL THEN
    RETURN;
  END IF;
  CREATE SCHEMA IF NOT EXISTS featuretrail;
  COMMENT ON SCHEMA featuretrail IS 'featuretrail: the event log and everything derived from it';
  CREATE TABLE featuretrail.schema_migrations (
    name text PRIMARY KEY,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  COMMENT ON TABLE featuretrail.schema_migrations IS 'The migrations applied to this database';
  COMMENT ON COLUMN featuretrail.schema_migrations.name IS 'File name without its ending';
  COMMENT ON COLUMN featuretrail.schema_migrations.sha256 IS 'Digest of the file as applied';
  COMMENT ON COLUMN featuretrail.schema_migrations.applied_at IS 'When it was applied';
END
$bootstrap$;
