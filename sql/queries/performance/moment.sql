-- When is it, how far is the read side, how far is the log?
SELECT
  now() AS until,
  coalesce(g.position, 0) AS position,
  h.position AS head
FROM featuretrail.log_head AS h
LEFT JOIN featuretrail.generations AS g ON g.state = 'live';
