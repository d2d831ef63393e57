-- Keeps a table from being swapped or dropped while this transaction reads it.
LOCK TABLE ONLY {table} IN ACCESS SHARE MODE
