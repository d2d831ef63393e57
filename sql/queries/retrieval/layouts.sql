-- Which columns does each layout of a group hold?
SELECT
  batches.layout,
  batches.columns
FROM featuretrail.batches AS batches
WHERE batches.group_name = %(group)s
  AND batches.batch = batches.layout
