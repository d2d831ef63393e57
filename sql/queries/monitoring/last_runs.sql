-- Which runs were the last of these monitors?
SELECT
  runs.position,
  runs.recorded_at,
  runs.topic,
  runs.originator_id,
  runs.originator_version,
  runs.state,
  runs.digest
FROM unnest(%(streams)s::uuid[]) AS monitors (stream)
CROSS JOIN LATERAL (
  SELECT events.*
  FROM featuretrail.events AS events
  WHERE events.originator_id = monitors.stream
    AND events.topic = 'featuretrail.monitor.ran'
  ORDER BY events.originator_version DESC
  LIMIT 1
) AS runs
ORDER BY runs.position
