-- Which batch of a group, up to a position, was the last?
SELECT coalesce(max(b.batch), 0)
FROM featuretrail.batches AS b
WHERE b.group_name = %(group)s
  AND b.position <= %(position)s
