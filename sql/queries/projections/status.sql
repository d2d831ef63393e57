-- How far is the live generation behind the log: in events, and in seconds since the oldest that it lacks?
SELECT
  g.generation,
  g.schema_name,
  g.position,
  h.position AS head,
  coalesce(
    greatest(extract(epoch FROM clock_timestamp() - featuretrail.recorded_after(g.position)), 0), 0
  )::double precision AS lag_seconds
FROM featuretrail.log_head AS h
LEFT JOIN featuretrail.generations AS g ON g.state = 'live';
