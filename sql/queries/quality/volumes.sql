-- How many rows of a group lie in each window of equal length before one, counted back from 0?
SELECT
  floor(
    extract(epoch FROM %(since)s::timestamptz - v.event_time - interval '1 microsecond')
    / extract(epoch FROM %(length)s::interval)
  )::int AS window_before,
  count(*) AS rows
FROM {table} AS v
WHERE v.event_time >= %(since)s::timestamptz - %(number)s::int * %(length)s::interval
  AND v.event_time < %(since)s::timestamptz
  AND v.batch <= %(last_batch)s
GROUP BY window_before
