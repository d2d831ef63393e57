-- Which rows of a table differ between the live generation and its rebuild, first events first?
SELECT
  to_jsonb(a),
  to_jsonb(b)
FROM {live} AS a
FULL JOIN {rebuilt} AS b ON b.id = a.id
WHERE coalesce(a.last_position, 0) <= %(until)s
  AND coalesce(b.last_position, 0) <= %(until)s
  AND (a *= b) IS NOT TRUE
ORDER BY coalesce(b.position, a.position), coalesce(b.id, a.id)
LIMIT %(limit)s;
