-- Which retraction applies to a spine row, and up to which batch does it hide rows?
LEFT JOIN LATERAL (
  SELECT t.from_event_time, t.batch AS winner, max(t.batch) OVER () AS batch
  FROM {table} AS t
  WHERE {conditions}
  ORDER BY t.from_event_time DESC, t.batch DESC
  LIMIT 1
) AS r ON true
