-- How far is the live generation, and how far is the log?
SELECT
  g.generation,
  g.position,
  h.position AS head
FROM featuretrail.log_head AS h
LEFT JOIN featuretrail.generations AS g ON g.state = 'live';
