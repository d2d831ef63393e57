-- What do the offsets of all streams say, all of it, and where did the log end when they did?
SELECT
  h.position AS head,
  o.group_name,
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
FROM featuretrail.log_head AS h
LEFT JOIN featuretrail.stream_offsets AS o
  ON true
