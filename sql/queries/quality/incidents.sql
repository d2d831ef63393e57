-- What was recorded of drift incidents, of those that are open, are not, or of all, in order?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS detected
JOIN featuretrail.events AS events
  ON events.originator_id = detected.originator_id
WHERE detected.topic = 'featuretrail.drift.detected'
  AND (
    %(open)s::boolean IS NULL
    OR %(open)s::boolean <> EXISTS (
      SELECT
      FROM featuretrail.events AS resolved
      WHERE resolved.originator_id = detected.originator_id
        AND resolved.topic = 'featuretrail.drift.resolved'
    )
  )
ORDER BY events.position
