-- Which rows of a table of values are the newest? Of equal times those of the first entities, so always the same.
SELECT {columns}
FROM {table} AS v
WHERE {conditions}
ORDER BY v.event_time DESC, {keys}, v.batch DESC
LIMIT {rows}
