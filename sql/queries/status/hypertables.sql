-- Which tables of values are hypertables, and in how many chunks?
SELECT
  hypertables.hypertable_name::text,
  hypertables.num_chunks
FROM timescaledb_information.hypertables AS hypertables
WHERE hypertables.hypertable_schema = 'featuretrail_values'
