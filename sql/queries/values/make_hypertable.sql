-- Turns a new table of values into a hypertable on event_time.
SELECT FROM {functions}.create_hypertable(
  %(table)s::regclass,
  {functions}.by_range('event_time', %(chunk)s::interval),
  create_default_indexes => false
)
