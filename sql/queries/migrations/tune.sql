-- Compresses what can be and schedules the daily jobs, where the edition has come since the migrations.
SELECT
  featuretrail.compress_read_side(),
  featuretrail.schedule_tuning(),
  featuretrail.schedule_maintenance();
