-- Which rows does a group hold, batch by batch in canonical order?
COPY (
  SELECT stored.batch, {columns}
  FROM {table} AS stored
  ORDER BY stored.batch, {keys}, stored.event_time
) TO STDOUT (FORMAT binary)
