CREATE SCHEMA featuretrail_retracted;
COMMENT ON SCHEMA featuretrail_retracted IS
  'One table a feature group: since when the values of an entity no longer hold.';
