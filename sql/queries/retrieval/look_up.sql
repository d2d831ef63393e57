-- Which row of a group answers each spine row? One probe of the index for each.
SELECT s.ordinal, w.event_time, w.batch, {retracted}{values}
FROM unnest({arrays}) WITH ORDINALITY AS s ({names}, ordinal)
{retractions}
LEFT JOIN LATERAL (
  SELECT v.event_time, v.batch{columns}
  FROM {table} AS v
  WHERE {conditions}
  ORDER BY v.event_time DESC, v.batch DESC
  LIMIT 1
) AS w ON true
