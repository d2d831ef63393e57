-- When did the source know these rows of a group?
SELECT {known_time}
FROM unnest({arrays}, %(times)s::timestamptz[], %(batches)s::bigint[])
  WITH ORDINALITY AS s ({names}, moment, number, ordinal)
LEFT JOIN {table} AS v
  ON {same_entity} AND v.event_time = s.moment AND v.batch = s.number
ORDER BY s.ordinal
