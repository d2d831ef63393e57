-- What is the expression of a rule worth for each of these rows, entity by entity?
SELECT
  array_agg(computed.ordinal) AS ordinals,
  array_agg(computed.value) AS outcomes
FROM (
  SELECT
    given.ordinal,
    (
      {expression}
    )::{dtype} AS value
  FROM unnest({arrays}) WITH ORDINALITY AS given ({names}, ordinal)
  WINDOW entity AS (PARTITION BY {keys} ORDER BY given.event_time)
) AS computed
