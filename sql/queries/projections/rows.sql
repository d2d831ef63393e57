-- All rows of a table, byte for byte and in the order of its key: what its digest covers.
COPY (SELECT {columns} FROM {table} ORDER BY {key}) TO STDOUT (FORMAT binary)
