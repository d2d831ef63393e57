-- The positions of definitions, so that noticing a new one never scans the log.
CREATE INDEX events_of_definitions
  ON featuretrail.events (position)
  WHERE topic IN (
    'featuretrail.feature.defined',
    'featuretrail.group.defined',
    'featuretrail.set.defined'
  );

COMMENT ON INDEX featuretrail.events_of_definitions
  IS 'Finds the events of definitions without reading the log.';
