-- How many bytes does a plain table take, with its indexes?
SELECT pg_total_relation_size(%(table)s::regclass)
