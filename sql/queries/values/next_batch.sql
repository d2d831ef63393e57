-- Under the lock of the group: which number has its next batch, which layout have its columns
-- (NULL: none yet), and what time is it at the server?
SELECT
  coalesce(
    (SELECT max(b.batch) FROM featuretrail.batches AS b WHERE b.group_name = %(group)s), 0
  ) + 1 AS batch,
  (
    SELECT b.layout
    FROM featuretrail.batches AS b
    WHERE b.group_name = %(group)s
      AND b.layout = b.batch
      AND b.columns = %(columns)s::text[]
  ) AS layout,
  clock_timestamp() AS now
