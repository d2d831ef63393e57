-- What is the newest event of each of some streams, up to a number a stream, newest first?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM unnest(%(streams)s::uuid[]) AS wanted (stream)
CROSS JOIN LATERAL (
  SELECT newest.*
  FROM featuretrail.events AS newest
  WHERE newest.originator_id = wanted.stream
  ORDER BY newest.originator_version DESC
  LIMIT %(number)s
) AS events
ORDER BY events.position DESC
