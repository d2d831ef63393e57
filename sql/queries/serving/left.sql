-- How many served rows does each position hold that a removal at a position took away?
SELECT
  s.position,
  count(*) AS rows
FROM featuretrail.served AS s
WHERE s.served_at < %(horizon)s
  AND s.position < %(position)s
GROUP BY s.position
ORDER BY s.position
