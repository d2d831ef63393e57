-- How many served rows does each position hold that no event of the served log is at, or of other times?
SELECT
  s.position,
  count(*) AS rows
FROM featuretrail.served AS s
LEFT JOIN featuretrail.events_readable AS e
  ON e.position = s.position
  AND e.topic = 'featuretrail.served.logged'
WHERE e.position IS NULL
  OR s.served_at < (e.state ->> 'first_served_at')::timestamptz
  OR s.served_at > (e.state ->> 'last_served_at')::timestamptz
GROUP BY s.position
ORDER BY s.position
