-- The end of the log as the head says and as the events say, at one moment.
SELECT
  h.position,
  h.digest,
  timestamptz_send(h.recorded_at) AS recorded_at,
  (SELECT coalesce(max(e.position), 0) FROM featuretrail.events AS e) AS last_position
FROM featuretrail.log_head AS h;
