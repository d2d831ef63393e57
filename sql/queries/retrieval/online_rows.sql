-- Which are the newest rows of some entities of one group?
SELECT
  given.ordinal,
  known.layout,
  timestamptz_send(known.event_time),
  known.batch,
  {columns}
FROM unnest({arrays}) WITH ORDINALITY AS given ({names}, ordinal)
INNER JOIN {online} AS known
  ON {same_keys}
