-- How far is each partition of each stream stored, how far behind is it, what waits to be replayed?
SELECT
  o.group_name AS "group",
  o.source,
  o.partition,
  o.last_offset AS "offset",
  o.batch,
  o.position,
  o.recorded_at,
  o.latest_event_time,
  extract(epoch FROM clock_timestamp() - o.latest_event_time)::double precision AS behind_seconds,
  o.messages,
  o.redelivered,
  o.out_of_order,
  o.late,
  o.parked,
  (
    SELECT count(p.number)
    FROM featuretrail.parked_messages AS p
    WHERE p.group_name = o.group_name
      AND p.source = o.source
      AND p.partition = o.partition
  ) AS waiting
FROM featuretrail.stream_offsets AS o
WHERE %(group)s::text IS NULL OR o.group_name = %(group)s
ORDER BY o.group_name, o.source, o.partition
