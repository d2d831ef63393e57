-- The positions of what happened to alerts, so that the outbox is read without the rest of the log.
CREATE INDEX events_of_alerts
  ON featuretrail.events (position)
  WHERE topic IN (
    'featuretrail.alert.acknowledged',
    'featuretrail.alert.delivered',
    'featuretrail.alert.delivery_failed',
    'featuretrail.alert.held_back',
    'featuretrail.alert.raised',
    'featuretrail.alert.resolved'
  );

COMMENT ON INDEX featuretrail.events_of_alerts
  IS 'Finds the events of alerts without reading the log.';
