-- Of what type is the expression of a rule? For the statement to be prepared, never to be run.
SELECT
  (
    {expression}
  ) AS value
FROM unnest({arrays}) AS given ({names})
WINDOW entity AS (PARTITION BY {keys} ORDER BY given.event_time)
