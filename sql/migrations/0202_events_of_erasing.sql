-- The positions of erasures, so that whoever has read values can tell soon whether some were erased since.
CREATE INDEX events_of_erasing
  ON featuretrail.events (position)
  WHERE topic IN ('featuretrail.values.erased', 'featuretrail.snapshot.erased');

COMMENT ON INDEX featuretrail.events_of_erasing
  IS 'Finds the events of erasures without reading the log.';
