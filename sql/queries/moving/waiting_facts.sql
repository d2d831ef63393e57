-- Which tables of facts that events certify would be hypertables if they were made today, on which column and
-- with which chunks? Needs TimescaleDB.
SELECT
  t.relation,
  t.time_column,
  t.chunk_interval
FROM (
  VALUES
    ('outcomes', 'event_time', '30 days'),
    ('served', 'served_at', '1 day')
) AS t (relation, time_column, chunk_interval)
WHERE to_regclass('featuretrail.' || t.relation) IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM timescaledb_information.hypertables AS h
    WHERE h.hypertable_schema = 'featuretrail' AND h.hypertable_name = t.relation
  )
ORDER BY t.relation
