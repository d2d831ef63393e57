-- When was each batch of the groups, up to a position, recorded?
SELECT
  b.group_name,
  array_agg(b.batch ORDER BY b.batch) AS batches,
  array_agg(b.recorded_at ORDER BY b.batch) AS recorded_at
FROM featuretrail.batches AS b
WHERE b.group_name = ANY (%(groups)s::text[])
  AND b.position <= %(position)s
GROUP BY b.group_name
