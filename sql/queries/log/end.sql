-- The end of the log as the head says (NULL: there is none) and as the events say, at one moment.
SELECT
  h.position,
  h.digest,
  timestamptz_send(h.recorded_at) AS recorded_at,
  last.position AS last_position
FROM (SELECT coalesce(max(e.position), 0) AS position FROM featuretrail.events AS e) AS last
LEFT JOIN featuretrail.log_head AS h ON true;
