-- Appends the event of a batch of served rows and stores the rows with the position it got.
WITH appended AS MATERIALIZED (
  SELECT a.last_position
  FROM featuretrail.append_event(
    %(stream)s::uuid,
    %(version)s::integer,
    %(topic)s::text,
    %(state)s::bytea
  ) AS a
), stored AS (
  INSERT INTO featuretrail.served (
    served_at,
    served_id,
    position,
    known_position,
    features,
    keys,
    values,
    statuses,
    event_times
  )
  SELECT
    r.served_at,
    r.served_id,
    a.last_position,
    r.known_position,
    s.features,
    r.keys,
    r.values,
    r.statuses,
    r.event_times
  FROM appended AS a
  CROSS JOIN jsonb_to_recordset(%(sheets)s::jsonb) AS s (features text[], rows jsonb)
  CROSS JOIN jsonb_to_recordset(s.rows) AS r (
    served_at timestamptz,
    served_id uuid,
    known_position bigint,
    keys jsonb,
    values jsonb,
    statuses text[],
    event_times timestamptz[]
  )
)
SELECT a.last_position
FROM appended AS a
