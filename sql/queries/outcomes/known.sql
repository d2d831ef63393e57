-- Which outcomes of a version of a label are recorded of these moments, and of those at which these served
-- rows or snapshots' rows were judged, oldest first?
WITH given AS MATERIALIZED (
  SELECT
    g.keys::jsonb AS keys,
    g.event_time,
    g.served_id::uuid AS served_id,
    g.snapshot_id,
    g.judged_time
  FROM unnest(
    %(keys)s::text[],
    %(event_times)s::timestamptz[],
    %(served_ids)s::text[],
    %(snapshot_ids)s::text[],
    %(judged_times)s::timestamptz[]
  ) AS g (keys, event_time, served_id, snapshot_id, judged_time)
), moments AS MATERIALIZED (
  SELECT g.event_time, g.keys
  FROM given AS g
  UNION
  SELECT o.event_time, o.keys
  FROM given AS g
  JOIN featuretrail.outcomes AS o ON o.served_id = g.served_id
  WHERE o.label = %(label)s
    AND o.version = %(version)s
  UNION
  SELECT o.event_time, o.keys
  FROM given AS g
  JOIN featuretrail.outcomes AS o
    ON o.snapshot_id = g.snapshot_id
    AND o.judged_time = g.judged_time
    AND jsonb_hash_extended(o.keys, 0) = jsonb_hash_extended(g.keys, 0)
    AND o.keys = g.keys
  WHERE o.label = %(label)s
    AND o.version = %(version)s
)
SELECT
  o.keys,
  o.event_time,
  o.value,
  o.served_id::text AS served_id,
  o.snapshot_id,
  o.judged_time
FROM moments AS m
JOIN featuretrail.outcomes AS o
  ON o.event_time = m.event_time
  AND jsonb_hash_extended(o.keys, 0) = jsonb_hash_extended(m.keys, 0)
  AND o.keys = m.keys
JOIN featuretrail.outcome_batches AS b ON b.batch = o.batch
WHERE o.label = %(label)s
  AND o.version = %(version)s
ORDER BY
  b.position,
  o.ordinal
