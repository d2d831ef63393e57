-- Which salts are kept of the erasures of a group?
SELECT
  e.position,
  e.salt
FROM featuretrail.erasures AS e
WHERE e.group_name = %(group)s
ORDER BY e.position
