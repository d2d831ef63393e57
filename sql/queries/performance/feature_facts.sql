-- When was each feature defined first, when was it last used, and how many batches of its columns came
-- since a time? A column is a version's; a batch without the column does not count.
SELECT
  f.feature_name,
  (
    SELECT min(d.created_at)
    FROM featuretrail.feature_metadata AS d
    WHERE d.feature_name = f.feature_name AND d.metadata_type = 'schema'
  ) AS defined_at,
  (
    SELECT max(p.recorded_at)
    FROM featuretrail.feature_performance_metrics AS p
    WHERE p.feature_name = f.feature_name
  ) AS last_used,
  (
    SELECT count(*)
    FROM featuretrail.batches AS b
    WHERE b.group_name = f.group_name
      AND b.kind = 'values'
      AND b.recorded_at >= %(since)s
      AND f.column_name = ANY (b.columns)
  ) AS batches
FROM unnest(%(features)s::text[], %(groups)s::text[], %(columns)s::text[])
  AS f (feature_name, group_name, column_name);
