-- How many bytes do the compressed chunks of a hypertable have, and had before? Community only.
SELECT
  s.before_compression_total_bytes AS uncompressed_bytes,
  s.after_compression_total_bytes AS compressed_bytes
FROM {functions}.hypertable_compression_stats(%(table)s::regclass) AS s
