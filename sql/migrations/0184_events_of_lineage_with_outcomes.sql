-- The positions of what lineage is made of, outcomes among it.
DROP INDEX featuretrail.events_of_lineage;

CREATE INDEX events_of_lineage
  ON featuretrail.events (position)
  WHERE topic IN (
    'featuretrail.feature.defined',
    'featuretrail.lineage.declared',
    'featuretrail.lineage.retired',
    'featuretrail.outcomes.recorded',
    'featuretrail.set.defined',
    'featuretrail.snapshot.created',
    'featuretrail.training.recorded'
  );

COMMENT ON INDEX featuretrail.events_of_lineage
  IS 'Finds the events that lineage is made of without reading the log.';
