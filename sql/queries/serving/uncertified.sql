-- How many served rows does each position hold that no event of the served log is at, or some of which are
-- of other times than it certifies?
WITH stored AS MATERIALIZED (
  SELECT
    s.position,
    count(*) AS rows,
    min(s.served_at) AS first_served_at,
    max(s.served_at) AS last_served_at
  FROM featuretrail.served AS s
  GROUP BY s.position
)
SELECT
  s.position,
  s.rows
FROM stored AS s
LEFT JOIN featuretrail.events_readable AS e
  ON e.position = s.position
  AND e.topic = 'featuretrail.served.logged'
WHERE e.position IS NULL
  OR s.first_served_at < (e.state ->> 'first_served_at')::timestamptz
  OR s.last_served_at > (e.state ->> 'last_served_at')::timestamptz
ORDER BY s.position
