-- Which batches came after a position, of these groups (NULL: of all), oldest first?
SELECT
  b.group_name,
  b.batch,
  b.position,
  b.kind,
  b.rows,
  b.first_event_time,
  b.last_event_time,
  b.recorded_at
FROM featuretrail.batches AS b
WHERE b.position > %(after)s
  AND (%(groups)s::text[] IS NULL OR b.group_name = ANY(%(groups)s::text[]))
ORDER BY b.position
LIMIT %(limit)s
