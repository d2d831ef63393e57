-- The positions of what lineage is made of, so that a graph is read without the rest of the log.
CREATE INDEX events_of_lineage
  ON featuretrail.events (position)
  WHERE topic IN (
    'featuretrail.feature.defined',
    'featuretrail.lineage.declared',
    'featuretrail.lineage.retired',
    'featuretrail.set.defined',
    'featuretrail.snapshot.created',
    'featuretrail.training.recorded'
  );

COMMENT ON INDEX featuretrail.events_of_lineage
  IS 'Finds the events that lineage is made of without reading the log.';
