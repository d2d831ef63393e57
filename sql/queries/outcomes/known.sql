-- Which outcomes of a version of a label are recorded of these moments, served rows or snapshots' rows,
-- oldest first?
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
), found AS (
  SELECT o.batch, o.ordinal, o.event_time, o.keys, o.value, o.served_id, o.snapshot_id, o.judged_time
  FROM given AS g
  JOIN featuretrail.outcomes AS o
    ON o.event_time = g.event_time
    AND jsonb_hash_extended(o.keys, 0) = jsonb_hash_extended(g.keys, 0)
    AND o.keys = g.keys
  WHERE o.label = %(label)s
    AND o.version = %(version)s
    AND o.event_time >= %(first)s
    AND o.event_time <= %(last)s
  UNION
  SELECT o.batch, o.ordinal, o.event_time, o.keys, o.value, o.served_id, o.snapshot_id, o.judged_time
  FROM given AS g
  JOIN featuretrail.outcomes AS o ON o.served_id = g.served_id
  WHERE o.label = %(label)s
    AND o.version = %(version)s
  UNION
  SELECT o.batch, o.ordinal, o.event_time, o.keys, o.value, o.served_id, o.snapshot_id, o.judged_time
  FROM given AS g
  JOIN featuretrail.outcomes AS o
    ON o.snapshot_id = g.snapshot_id
    AND o.judged_time = g.judged_time
    AND o.keys = g.keys
  WHERE o.label = %(label)s
    AND o.version = %(version)s
)
SELECT
  f.keys,
  f.event_time,
  f.value,
  f.served_id::text AS served_id,
  f.snapshot_id,
  f.judged_time
FROM found AS f
JOIN featuretrail.outcome_batches AS b ON b.batch = f.batch
ORDER BY
  b.position,
  f.ordinal
