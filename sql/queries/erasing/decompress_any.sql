-- Lets this transaction delete as many rows of compressed chunks as it has to.
SELECT set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)
