-- What do the batches of each feature group certify, and of which time is it?
SELECT
  groups.name,
  coalesce(sum(batches.rows) FILTER (WHERE batches.kind = 'values'), 0)::bigint AS certified_rows,
  count(batches.batch) AS batches,
  min(batches.first_event_time) FILTER (WHERE batches.kind = 'values') AS first_event_time,
  max(batches.last_event_time) FILTER (WHERE batches.kind = 'values') AS last_event_time
FROM unnest(%(groups)s::text[]) AS groups (name)
LEFT JOIN featuretrail.batches AS batches
  ON batches.group_name = groups.name
GROUP BY groups.name
ORDER BY groups.name
