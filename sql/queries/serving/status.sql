-- What was logged of online answers in the last day, and when for the last time?
SELECT
  count(*) AS batches,
  coalesce(sum((convert_from(e.state, 'UTF8')::jsonb ->> 'rows')::bigint), 0)::bigint AS rows,
  coalesce(sum((convert_from(e.state, 'UTF8')::jsonb ->> 'dropped')::bigint), 0)::bigint AS dropped,
  (
    SELECT max(l.recorded_at)
    FROM featuretrail.events AS l
    WHERE l.topic = 'featuretrail.served.logged'
  ) AS last_logged_at
FROM featuretrail.events AS e
WHERE e.topic = 'featuretrail.served.logged'
  AND e.recorded_at > clock_timestamp() - interval '1 day'
