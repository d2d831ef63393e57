-- Records a batch with its place in the log.
INSERT INTO featuretrail.batches (
  group_name,
  batch,
  kind,
  position,
  recorded_at,
  layout,
  columns,
  rows,
  first_event_time,
  last_event_time,
  digest,
  originator_id
)
VALUES (
  %(group)s,
  %(batch)s,
  %(kind)s,
  %(position)s,
  %(recorded_at)s,
  %(layout)s,
  %(columns)s,
  %(rows)s,
  %(first_event_time)s,
  %(last_event_time)s,
  %(digest)s,
  %(stream)s
)
