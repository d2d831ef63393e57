-- What do the groups' batches up to a position hold, for each set of columns written together?
SELECT
  b.group_name,
  b.layout,
  max(b.columns) AS columns,
  max(b.batch) AS last_batch,
  sum(b.rows)::bigint AS rows,
  min(b.first_event_time) AS first_event_time,
  max(b.last_event_time) AS last_event_time,
  range_agg(int8range(b.batch, b.batch, '[]')) AS batches
FROM featuretrail.batches AS b
WHERE b.group_name = ANY (%(groups)s::text[])
  AND b.position <= %(position)s
GROUP BY b.group_name, b.layout
ORDER BY b.group_name, b.layout
