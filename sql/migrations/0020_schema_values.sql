CREATE SCHEMA featuretrail_values;
COMMENT ON SCHEMA featuretrail_values IS
  'One append-only table of values a feature group; a row is never updated.';
