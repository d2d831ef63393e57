-- The end of the log.
SELECT
  position,
  digest,
  recorded_at
FROM featuretrail.log_head;
