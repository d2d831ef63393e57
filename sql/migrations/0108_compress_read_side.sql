-- Compresses the tables of the read side whose rows never change, where the edition can. To be called
-- again when tables became hypertables. docs/decisions/0012 has the figures behind it.
CREATE FUNCTION featuretrail.compress_read_side()
RETURNS void
LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM featuretrail.compress_hypertable(
    'featuretrail.feature_performance_metrics', '{feature_name}', 'recorded_at DESC,id'
  );
  PERFORM featuretrail.compress_hypertable(
    'featuretrail.feature_consistency_checks', '{}', 'check_timestamp DESC,id'
  );
END
$function$;

COMMENT ON FUNCTION featuretrail.compress_read_side IS 'Compresses the tables of the read side whose rows never change, on TimescaleDB''s Community edition';

SELECT featuretrail.compress_read_side();
