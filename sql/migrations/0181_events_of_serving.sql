-- When served rows were logged, so that the status of the served log needs no reading of the log.
CREATE INDEX events_of_serving
  ON featuretrail.events (recorded_at)
  WHERE topic = 'featuretrail.served.logged';

COMMENT ON INDEX featuretrail.events_of_serving
  IS 'Finds the events of the served log by time.';
