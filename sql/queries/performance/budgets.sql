-- Which budgets in milliseconds do the metadata of features state?
SELECT
  m.feature_name,
  (m.metadata_value #>> '{}')::double precision AS budget_ms
FROM featuretrail.feature_metadata AS m
WHERE m.feature_name = ANY (%(features)s::text[])
  AND m.metadata_type = 'performance'
  AND m.metadata_key = %(key)s
  AND CASE jsonb_typeof(m.metadata_value)  -- whoever wrote it may have written anything
    WHEN 'number' THEN (m.metadata_value #>> '{}')::numeric BETWEEN 1e-300 AND 1e300
    ELSE false
  END;
