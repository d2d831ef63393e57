-- Where is the head of the log, where its last event, and do both have the same digest and time?
SELECT
  h.position,
  coalesce(last.position, 0) AS last_position,
  coalesce(h.digest = last.digest AND h.recorded_at = last.recorded_at, h.position = 0) AS agrees
FROM featuretrail.log_head AS h
LEFT JOIN LATERAL (
  SELECT
    e.position,
    e.digest,
    e.recorded_at
  FROM featuretrail.events AS e
  ORDER BY e.position DESC
  LIMIT 1
) AS last ON true;
