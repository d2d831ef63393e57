-- The event that began each of some streams.
SELECT
  e.position,
  e.recorded_at,
  e.topic,
  e.originator_id,
  e.originator_version,
  e.state,
  e.digest
FROM featuretrail.events AS e
WHERE e.originator_id = ANY (%(streams)b::uuid[])
  AND e.originator_version = 1;
