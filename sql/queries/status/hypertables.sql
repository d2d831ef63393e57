-- Which of our tables are hypertables, in which chunks, and how large are they?
SELECT
  h.hypertable_schema || '.' || h.hypertable_name AS table,
  d.column_name::text AS time_column,
  d.time_interval AS chunk_interval,
  h.num_chunks AS chunks,
  (
    SELECT count(*)
    FROM timescaledb_information.chunks AS c
    WHERE c.hypertable_schema = h.hypertable_schema
      AND c.hypertable_name = h.hypertable_name
      AND c.is_compressed
  ) AS compressed_chunks,
  {functions}.hypertable_size(
    format('%%I.%%I', h.hypertable_schema, h.hypertable_name)::regclass
  ) AS bytes,
  h.compression_enabled
FROM timescaledb_information.hypertables AS h
LEFT JOIN timescaledb_information.dimensions AS d
  ON d.hypertable_schema = h.hypertable_schema
  AND d.hypertable_name = h.hypertable_name
  AND d.dimension_number = 1
WHERE h.hypertable_schema ~ '^featuretrail(_|$)'
ORDER BY 1
