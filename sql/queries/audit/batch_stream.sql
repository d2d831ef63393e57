-- Which stream does the table of batches name for a batch?
SELECT b.originator_id
FROM featuretrail.batches AS b
WHERE b.group_name = %(group)s
  AND b.batch = %(batch)s;
