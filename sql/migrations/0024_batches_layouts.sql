CREATE INDEX batches_layouts ON featuretrail.batches (group_name) WHERE layout = batch;
COMMENT ON INDEX featuretrail.batches_layouts IS
  'The batches that were the first of a group to write their set of columns.';
