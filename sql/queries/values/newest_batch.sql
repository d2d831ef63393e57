-- Which batch of a group was the last to write one of these columns, or to retract values?
SELECT coalesce(max(b.batch), 0)
FROM featuretrail.batches AS b
WHERE b.group_name = %(group)s
  AND (b.kind = 'retraction' OR b.columns && %(columns)s::text[])
