-- How many rows has a table?
SELECT count(*) FROM {table}
