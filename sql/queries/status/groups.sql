-- How many rows and batches does each feature group hold?
SELECT
  groups.name,
  coalesce(sum(batches.rows) FILTER (WHERE batches.kind = 'values'), 0)::bigint AS rows,
  count(batches.batch) AS batches
FROM unnest(%(groups)s::text[]) AS groups (name)
LEFT JOIN featuretrail.batches AS batches
  ON batches.group_name = groups.name
GROUP BY groups.name
ORDER BY groups.name
