-- Appends rows in binary form.
COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)
