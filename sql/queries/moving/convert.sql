-- Makes a hypertable of a table, with the rows that it has.
SELECT FROM {functions}.create_hypertable(
  %(table)s::regclass,
  {functions}.by_range(%(time_column)s::name, %(chunk_interval)s::interval),
  create_default_indexes => false,
  migrate_data => true
)
