-- Which rows do some batches of a group hold, batch by batch in canonical order?
COPY (
  SELECT stored.batch, {columns}
  FROM {table} AS stored
  WHERE stored.batch = ANY ({batches}::bigint[])
  ORDER BY stored.batch, {keys}, stored.event_time
) TO STDOUT (FORMAT binary)
