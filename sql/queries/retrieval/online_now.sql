-- What time is it at the server, and which definition is the newest?
SELECT
  timestamptz_send(clock_timestamp()),
  coalesce(
    (
      SELECT max(events.position)
      FROM featuretrail.events AS events
      WHERE events.topic IN (
        'featuretrail.feature.defined',
        'featuretrail.group.defined',
        'featuretrail.set.defined'
      )
    ),
    0
  )
