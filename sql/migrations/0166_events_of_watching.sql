-- The positions of rules of alerts and of monitors' schedules: few, and asked for all the time.
CREATE INDEX events_of_watching
  ON featuretrail.events (position)
  WHERE topic IN (
    'featuretrail.alert_rule.removed',
    'featuretrail.alert_rule.set',
    'featuretrail.monitor.scheduled',
    'featuretrail.monitor.unscheduled'
  );

COMMENT ON INDEX featuretrail.events_of_watching
  IS 'Finds the rules of alerts and the schedules of monitors without reading the log.';
