-- Which outcomes of a version of a label are recorded, of moments or of a snapshot's rows? In any order.
SELECT
  b.position,
  {keys},
  o.event_time,
  o.judged_time,
  {value} AS value,
  o.seen <> '{{}}'::jsonb AS seen,
  o.ordinal
FROM featuretrail.outcomes AS o
JOIN featuretrail.outcome_batches AS b ON b.batch = o.batch
WHERE o.label = {label}
  AND o.version = {version}
  AND {rows}
