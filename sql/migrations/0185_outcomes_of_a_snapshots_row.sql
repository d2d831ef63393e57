-- The outcomes of one row of a snapshot: many rows have one spine time, so the entity is needed to find it.
DROP INDEX featuretrail.outcomes_snapshot_id_judged_time_idx;

CREATE INDEX ON featuretrail.outcomes (snapshot_id, judged_time, jsonb_hash_extended(keys, 0))
  WHERE snapshot_id IS NOT NULL;
