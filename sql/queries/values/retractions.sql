-- Which retractions does a group hold, in canonical order?
SELECT stored.batch, stored.from_event_time, {keys}
FROM {table} AS stored
ORDER BY stored.batch, {keys}
