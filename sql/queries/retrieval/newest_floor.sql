-- How many rows did batches of a group write, and from when on are the newest of them for certain?
SELECT
  coalesce(sum(w.rows), 0)::bigint AS rows,
  min(w.first_event_time) FILTER (WHERE w.newer < %(newest)s) AS since
FROM (
  SELECT
    b.rows,
    b.first_event_time,
    sum(b.rows) OVER (ORDER BY b.last_event_time DESC, b.batch DESC) - b.rows AS newer
  FROM featuretrail.batches AS b
  WHERE b.group_name = %(group)s
    AND b.position <= %(position)s
    AND b.kind = 'values'
    AND b.rows > 0
    AND (%(layouts)s::bigint[] IS NULL OR b.layout = ANY (%(layouts)s::bigint[]))
) AS w
