-- Records that values of the given entities no longer hold from an event time on.
INSERT INTO {table} ({keys}, from_event_time, batch)
SELECT
  {keys},
  %(from_event_time)s,
  %(batch)s
FROM unnest({arrays}) AS given ({keys})
