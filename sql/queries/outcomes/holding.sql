-- Which outcomes hold for the rows of a snapshot? One a row, label and version: the value that its moment has
-- now, also where it was replaced while another thing was judged, and what was last seen of features.
WITH judged AS (
  SELECT DISTINCT ON (o.label, o.version, o.judged_time, o.keys)
    o.label,
    o.version,
    o.keys,
    o.event_time,
    o.served_id,
    o.snapshot_id,
    o.judged_time
  FROM featuretrail.outcomes AS o
  JOIN featuretrail.outcome_batches AS b ON b.batch = o.batch
  WHERE o.snapshot_id = %(snapshot)s
    AND (%(label)s::text IS NULL OR o.label = %(label)s)
    AND (%(version)s::text IS NULL OR o.version = %(version)s)
  ORDER BY
    o.label,
    o.version,
    o.judged_time,
    o.keys,
    b.position DESC,
    o.ordinal DESC
), seen AS (
  SELECT DISTINCT ON (o.label, o.version, o.judged_time, o.keys)
    o.label,
    o.version,
    o.judged_time,
    o.keys,
    o.seen
  FROM featuretrail.outcomes AS o
  JOIN featuretrail.outcome_batches AS b ON b.batch = o.batch
  WHERE o.snapshot_id = %(snapshot)s
    AND o.seen <> '{}'
  ORDER BY
    o.label,
    o.version,
    o.judged_time,
    o.keys,
    b.position DESC,
    o.ordinal DESC
)
SELECT
  h.recorded_at,
  h.position,
  j.label,
  j.version,
  j.keys,
  j.event_time,
  h.value,
  j.served_id::text AS served_id,
  j.snapshot_id,
  j.judged_time,
  coalesce(s.seen, '{}') AS seen,
  h.late,
  h.replaced
FROM judged AS j
CROSS JOIN LATERAL (
  SELECT
    b.recorded_at,
    b.position,
    o.ordinal,
    o.value,
    o.late,
    o.replaced
  FROM featuretrail.outcomes AS o
  JOIN featuretrail.outcome_batches AS b ON b.batch = o.batch
  WHERE o.label = j.label
    AND o.version = j.version
    AND o.event_time = j.event_time
    AND jsonb_hash_extended(o.keys, 0) = jsonb_hash_extended(j.keys, 0)
    AND o.keys = j.keys
  ORDER BY
    b.position DESC,
    o.ordinal DESC
  LIMIT 1
) AS h
LEFT JOIN seen AS s
  ON s.label = j.label
  AND s.version = j.version
  AND s.judged_time = j.judged_time
  AND s.keys = j.keys
ORDER BY
  h.position,
  h.ordinal,
  j.judged_time,
  j.keys
LIMIT %(limit)s
