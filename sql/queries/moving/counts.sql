-- How many rows have a table and its copy?
SELECT
  (SELECT count(*) FROM {source}) AS original,
  (SELECT count(*) FROM {target}) AS copied
