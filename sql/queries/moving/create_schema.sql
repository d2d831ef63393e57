-- Makes the place of tables that are being filled.
DO $$
BEGIN
  CREATE SCHEMA IF NOT EXISTS featuretrail_moving;
  COMMENT ON SCHEMA featuretrail_moving IS 'Tables of values on their way to hypertables; only while `featuretrail db migrate` moves them';
END
$$
