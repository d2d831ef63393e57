-- Which database is this, and how does it write text?
SELECT
  d.oid::int8 AS oid,
  pg_encoding_to_char(d.encoding) AS encoding,
  d.datcollate AS collate,
  d.datctype AS ctype
FROM pg_catalog.pg_database AS d
WHERE d.datname = current_database();
