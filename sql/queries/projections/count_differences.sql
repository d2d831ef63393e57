-- How many rows of a table differ between the live generation and its rebuild, not counting those
-- that only one of them has moved past?
SELECT count(*)
FROM {live} AS a
FULL JOIN {rebuilt} AS b ON b.id = a.id
WHERE coalesce(a.last_position, 0) <= %(until)s
  AND coalesce(b.last_position, 0) <= %(until)s
  AND (a *= b) IS NOT TRUE;
