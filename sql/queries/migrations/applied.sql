-- The migrations applied to this database with the digests of their files, in order.
SELECT
  name,
  sha256
FROM featuretrail.schema_migrations
ORDER BY name COLLATE "C";
