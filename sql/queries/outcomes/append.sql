-- Appends the event of a batch of outcomes and records the batch with the place it got in the log.
WITH appended AS MATERIALIZED (
  SELECT
    a.last_position,
    a.recorded_at
  FROM featuretrail.append_event(
    %(stream)s::uuid,
    %(stream_version)s::integer,
    %(topic)s::text,
    %(state)s::bytea
  ) AS a
)
INSERT INTO featuretrail.outcome_batches (
  batch,
  position,
  recorded_at,
  label,
  version,
  rows,
  first_event_time,
  last_event_time
)
SELECT
  %(stream)s::uuid,
  a.last_position,
  a.recorded_at,
  %(label)s,
  %(version)s,
  %(rows)s,
  %(first_event_time)s::timestamptz,
  %(last_event_time)s::timestamptz
FROM appended AS a
RETURNING position
