-- What is the expression of a rule worth for each of these rows, in the order they were given in?
-- NULLs come as a value, with a flag where others could be equal: so all have one width.
SELECT
  array_agg(coalesce(computed.value, {nothing}::{dtype}) {order}) AS outcomes,
  {missing} AS missing
FROM (
  SELECT
    {place}
    (
      {expression}
    )::{dtype} AS value
  FROM (
    SELECT
      {columns}
  ) AS given
  {window}
) AS computed
