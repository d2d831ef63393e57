-- Which outcomes are of no event of outcomes, or of other times than it certifies?
SELECT
  o.batch,
  count(*) AS rows
FROM featuretrail.outcomes AS o
LEFT JOIN featuretrail.events_readable AS e
  ON e.originator_id = o.batch
  AND e.originator_version = 1
  AND e.topic = 'featuretrail.outcomes.recorded'
WHERE e.position IS NULL
  OR o.event_time < (e.state ->> 'first_event_time')::timestamptz
  OR o.event_time > (e.state ->> 'last_event_time')::timestamptz
GROUP BY o.batch
ORDER BY o.batch
