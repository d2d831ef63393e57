-- Baselines, drift checks and incidents by kind, so that none of them is looked for in the whole log.
CREATE INDEX events_of_quality
  ON featuretrail.events (topic, position)
  WHERE topic IN (
    'featuretrail.baseline.created',
    'featuretrail.drift.acknowledged',
    'featuretrail.drift.checked',
    'featuretrail.drift.detected',
    'featuretrail.drift.resolved',
    'featuretrail.drift.updated'
  );

COMMENT ON INDEX featuretrail.events_of_quality
  IS 'Finds baselines, drift checks and drift incidents without reading the log.';
