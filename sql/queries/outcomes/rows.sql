-- Which outcomes are recorded (of a label, a version of it, a snapshot, a time), oldest first?
SELECT
  b.recorded_at,
  b.position,
  o.label,
  o.version,
  o.keys,
  o.event_time,
  o.value,
  o.served_id::text AS served_id,
  o.snapshot_id,
  o.judged_time,
  o.seen,
  o.late,
  o.replaced
FROM featuretrail.outcomes AS o
JOIN featuretrail.outcome_batches AS b ON b.batch = o.batch
WHERE (%(label)s::text IS NULL OR o.label = %(label)s)
  AND (%(version)s::text IS NULL OR o.version = %(version)s)
  AND (%(snapshot)s::text IS NULL OR o.snapshot_id = %(snapshot)s)
  AND (%(since)s::timestamptz IS NULL OR o.event_time >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR o.event_time < %(until)s)
ORDER BY
  b.position,
  o.ordinal
LIMIT %(limit)s
