-- Appends the event of a batch and records the batch with the place it got in the log.
WITH appended AS (
  SELECT
    a.last_position,
    a.recorded_at
  FROM featuretrail.append_event(
    %(stream)s::uuid,
    %(version)s::integer,
    %(topic)s::text,
    %(state)s::bytea
  ) AS a
)
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
SELECT
  %(group)s,
  %(batch)s,
  %(kind)s,
  a.last_position,
  a.recorded_at,
  %(layout)s,
  %(columns)s::text[],
  %(rows)s,
  %(first_event_time)s,
  %(last_event_time)s,
  %(digest)s,
  %(stream)s::uuid
FROM appended AS a
RETURNING position
