-- Which batch of a group, up to a position, was the last to write each of these columns?
SELECT
  asked.name AS column_name,
  events.position,
  events.recorded_at,
  events.topic,
  events.originator_id,
  events.originator_version,
  events.state,
  events.digest
FROM unnest(%(columns)s::text[]) AS asked (name)
CROSS JOIN LATERAL (
  SELECT b.position
  FROM featuretrail.batches AS b
  WHERE b.group_name = %(group)s
    AND b.kind = 'values'
    AND b.position <= %(position)s
    AND asked.name = ANY (b.columns)
  ORDER BY b.batch DESC
  LIMIT 1
) AS last
JOIN featuretrail.events AS events
  ON events.position = last.position
