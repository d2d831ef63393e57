-- Which retraction applies to a spine row, and up to which batch does it hide rows?
LEFT JOIN LATERAL (
  SELECT t.from_event_time, max(t.batch) OVER () AS batch
  FROM {table} AS t
  WHERE {conditions}
  ORDER BY t.from_event_time DESC
  LIMIT 1
) AS r ON true
