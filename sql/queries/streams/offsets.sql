-- How far is each partition of a source stored in a group, and which event time is its greatest?
SELECT
  o.partition,
  o.last_offset,
  o.latest_event_time
FROM featuretrail.stream_offsets AS o
WHERE o.group_name = %(group)s
  AND o.source = %(source)s
