-- What had been written of the values of each group at a position, and by which event last?
SELECT
  b.group_name,
  max(b.position) AS last_position,
  count(*) FILTER (WHERE b.kind = 'values') AS batches,
  count(*) FILTER (WHERE b.kind = 'retraction') AS retractions,
  coalesce(sum(b.rows) FILTER (WHERE b.kind = 'values'), 0)::bigint AS rows,
  min(b.first_event_time) FILTER (WHERE b.kind = 'values') AS first_event_time,
  max(b.last_event_time) FILTER (WHERE b.kind = 'values') AS last_event_time
FROM featuretrail.batches AS b
WHERE b.position <= %(position)s
GROUP BY b.group_name
ORDER BY b.group_name
