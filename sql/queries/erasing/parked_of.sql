-- Which messages are parked for a group?
SELECT
  p.number,
  p.payload
FROM featuretrail.parked_messages AS p
WHERE p.group_name = %(group)s
ORDER BY p.number
