-- Which batch does the table of batches name for a stream?
SELECT
  b.group_name,
  b.batch
FROM featuretrail.batches AS b
WHERE b.originator_id = %(stream)s;
