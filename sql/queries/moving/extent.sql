-- Where are the rows of a table (which file, how many blocks), and which is its group's last batch?
SELECT
  pg_relation_filenode(%(source)s::regclass)::bigint AS file,
  pg_relation_size(%(source)s::regclass) / current_setting('block_size')::bigint AS blocks,
  (
    SELECT coalesce(max(b.batch), 0)
    FROM featuretrail.batches AS b
    WHERE b.group_name = %(group)s
  ) AS last_batch
