-- What do the offsets of a group's streams say, all of it?
SELECT
  o.source,
  o.partition,
  o.last_offset,
  o.batch,
  o.position,
  o.recorded_at,
  o.latest_event_time,
  o.messages,
  o.redelivered,
  o.out_of_order,
  o.late,
  o.parked
FROM featuretrail.stream_offsets AS o
WHERE o.group_name = %(group)s
