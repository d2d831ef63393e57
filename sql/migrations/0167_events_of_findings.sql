-- The positions of what rules of alerts speak of: incidents, checks, and runs of monitors.
CREATE INDEX events_of_findings
  ON featuretrail.events (position)
  WHERE topic IN (
    'featuretrail.consistency.checked',
    'featuretrail.drift.acknowledged',
    'featuretrail.drift.detected',
    'featuretrail.drift.resolved',
    'featuretrail.drift.updated',
    'featuretrail.monitor.ran',
    'featuretrail.quality.checked'
  );

COMMENT ON INDEX featuretrail.events_of_findings
  IS 'Finds the events that alerts may arise from without reading the log.';
