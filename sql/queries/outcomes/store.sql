-- Stores outcomes of a batch whose event is yet to be appended.
INSERT INTO featuretrail.outcomes (
  event_time,
  batch,
  ordinal,
  label,
  version,
  keys,
  value,
  served_id,
  snapshot_id,
  judged_time,
  seen,
  late,
  replaced
)
SELECT
  r.event_time,
  %(batch)s,
  r.ordinal,
  %(label)s,
  %(version)s,
  r.keys,
  r.value,
  r.served_id,
  r.snapshot_id,
  r.judged_time,
  r.seen,
  r.late,
  r.replaced
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
  event_time timestamptz,
  ordinal integer,
  keys jsonb,
  value jsonb,
  served_id uuid,
  snapshot_id text,
  judged_time timestamptz,
  seen jsonb,
  late boolean,
  replaced boolean
)
