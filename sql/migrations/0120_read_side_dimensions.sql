-- What makes the tables of the read side hypertables: asked where the live ones are plain tables
-- because TimescaleDB came later.
CREATE FUNCTION featuretrail.read_side_dimensions(
  OUT relation name,
  OUT time_column name,
  OUT chunk_interval interval
)
RETURNS SETOF record
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $function$
  VALUES
    ('feature_snapshot_versions'::name, 'created_at'::name, '1 year'::interval),
    ('feature_lineage', 'created_at', '1 year'),
    ('feature_consistency_checks', 'check_timestamp', '7 days'),
    ('feature_performance_metrics', 'recorded_at', '7 days'),
    ('feature_documentation', 'created_at', '1 year'),
    ('feature_metadata', 'created_at', '1 year'),
    ('feature_drift_detection', 'detected_at', '7 days')
$function$;

COMMENT ON FUNCTION featuretrail.read_side_dimensions IS 'The time column and the chunk interval of each table of the read side, as hypertables';
