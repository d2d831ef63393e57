-- Which rows of a table differ between the live generation and its rebuild, first events first; and how
-- many are there?
WITH live AS (
  SELECT a.*
  FROM {live} AS a
  WHERE NOT EXISTS (SELECT FROM {rebuilt} AS b WHERE b.id = a.id AND b *= a)
),
rebuilt AS (
  SELECT b.*
  FROM {rebuilt} AS b
  WHERE NOT EXISTS (SELECT FROM {live} AS a WHERE a.id = b.id AND a *= b)
)
SELECT
  coalesce(rebuilt.id, live.id)::text,
  coalesce(rebuilt.position, live.position),
  live.last_position,
  rebuilt.last_position,
  CASE WHEN live.id IS NOT NULL THEN ARRAY[{live_cells}] END,
  CASE WHEN rebuilt.id IS NOT NULL THEN ARRAY[{rebuilt_cells}] END,
  count(*) OVER ()
FROM live
FULL JOIN rebuilt ON rebuilt.id = live.id
ORDER BY 2, 1, live.position
LIMIT %(limit)s;
