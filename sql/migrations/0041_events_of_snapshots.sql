-- The positions of snapshots, so that listing them never scans the log.
CREATE INDEX events_of_snapshots
  ON featuretrail.events (position)
  WHERE topic = 'featuretrail.snapshot.created';

COMMENT ON INDEX featuretrail.events_of_snapshots
  IS 'Finds the events of snapshots without reading the log.';
