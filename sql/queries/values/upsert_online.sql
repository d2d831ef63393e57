-- Makes given rows the newest of their entity and layout, except where a newer one is known.
INSERT INTO {table} AS known ({keys}, layout, event_time, batch{more_columns})
SELECT
  {keys},
  %(layout)s,
  given.event_time,
  %(batch)s{more_columns}
FROM unnest({arrays}) AS given ({keys}, event_time{more_columns})
ON CONFLICT ({keys}, layout) DO UPDATE
SET {changes}
WHERE (excluded.event_time, excluded.batch) > (known.event_time, known.batch)
