-- Appends the event of a micro-batch, records the batch, moves the offsets of its source, parks what
-- could not be stored, takes away what was replayed, and commits.
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
),
batch AS (
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
  RETURNING position, recorded_at
),
moved AS (
  INSERT INTO featuretrail.stream_offsets AS o (
    group_name,
    source,
    partition,
    last_offset,
    batch,
    position,
    recorded_at,
    latest_event_time,
    messages,
    redelivered,
    out_of_order,
    late,
    parked
  )
  SELECT
    %(group)s,
    %(source)s,
    given.partition,
    given.last_offset,
    %(batch)s,
    batch.position,
    batch.recorded_at,
    given.latest_event_time,
    given.messages,
    given.redelivered,
    given.out_of_order,
    given.late,
    given.parked
  FROM batch
  CROSS JOIN unnest(
    %(partitions)s::text[],
    %(offsets)s::text[],
    %(latest)s::timestamptz[],
    %(messages)s::bigint[],
    %(redelivered)s::bigint[],
    %(out_of_order)s::bigint[],
    %(late)s::bigint[],
    %(parked)s::bigint[]
  ) AS given (
    partition, last_offset, latest_event_time, messages, redelivered, out_of_order, late, parked
  )
  ON CONFLICT (group_name, source, partition) DO UPDATE SET
    last_offset = excluded.last_offset,
    batch = excluded.batch,
    position = excluded.position,
    recorded_at = excluded.recorded_at,
    latest_event_time = excluded.latest_event_time,
    messages = o.messages + excluded.messages,
    redelivered = o.redelivered + excluded.redelivered,
    out_of_order = o.out_of_order + excluded.out_of_order,
    late = o.late + excluded.late,
    parked = o.parked + excluded.parked
),
parked AS (
  INSERT INTO featuretrail.parked_messages (
    number,
    group_name,
    source,
    partition,
    message_offset,
    payload,
    error,
    position,
    parked_at,
    attempts
  )
  SELECT
    batch.position * 1000000 + given.place,
    %(group)s,
    %(source)s,
    given.partition,
    given.message_offset,
    given.payload,
    given.error,
    batch.position,
    batch.recorded_at,
    1
  FROM batch
  CROSS JOIN unnest(
    %(parked_partitions)s::text[],
    %(parked_offsets)s::text[],
    %(payloads)s::bytea[],
    %(errors)s::text[]
  ) WITH ORDINALITY AS given (partition, message_offset, payload, error, place)
),
replayed AS (
  DELETE FROM featuretrail.parked_messages AS p
  WHERE p.number = ANY(%(replayed)s::bigint[])
)
SELECT batch.position
FROM batch;
COMMIT
