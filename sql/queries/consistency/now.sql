-- What time is it at the server, and what is the log's head?
SELECT
  clock_timestamp() AS now,
  (SELECT head.position FROM featuretrail.log_head AS head) AS position
