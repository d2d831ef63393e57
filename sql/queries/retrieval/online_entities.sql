-- Which entities are asked for, in the order given? Unnested once for all groups of the same keys.
{alias} ({names}, ordinal) AS MATERIALIZED (
  SELECT given.*
  FROM unnest({arrays}) WITH ORDINALITY AS given
)
