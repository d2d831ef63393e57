-- Which outcomes does a batch hold, in order?
SELECT
  o.ordinal,
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
WHERE o.batch = %(batch)s
  AND o.event_time >= %(first)s
  AND o.event_time <= %(last)s
ORDER BY o.ordinal
