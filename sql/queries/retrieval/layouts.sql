-- Which columns does each layout of the groups hold?
SELECT b.group_name, b.layout, b.columns
FROM featuretrail.batches AS b
WHERE b.group_name = ANY (%(groups)s::text[])
  AND b.layout = b.batch
