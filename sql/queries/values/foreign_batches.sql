-- Which rows of the table of batches are of no group that is defined?
SELECT
  batches.group_name,
  batches.batch
FROM featuretrail.batches AS batches
WHERE batches.group_name <> ALL (%(groups)s::text[])
ORDER BY
  batches.group_name,
  batches.batch
