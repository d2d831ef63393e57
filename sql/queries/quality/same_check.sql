-- Which check of a stream looked at the same values by the same rules, the newest one?
SELECT
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM featuretrail.events AS events
WHERE events.originator_id = %(stream)s
  AND convert_from(events.state, 'UTF8')::jsonb @> %(same)s::jsonb
ORDER BY events.originator_version DESC
LIMIT 1
