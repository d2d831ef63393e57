-- Keeps VACUUM and ANALYZE away from a table; readers and writers go on.
LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE
