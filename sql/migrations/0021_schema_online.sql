CREATE SCHEMA featuretrail_online;
COMMENT ON SCHEMA featuretrail_online IS
  'One table a feature group: the newest row of each entity and layout, for online reads.';
