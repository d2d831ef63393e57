-- How far does the log go, since when, and how large is it?
SELECT
  h.position,
  CASE WHEN h.position > 0 THEN h.recorded_at END AS recorded_at,
  pg_total_relation_size('featuretrail.events') AS bytes
FROM featuretrail.log_head AS h
