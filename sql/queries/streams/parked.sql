-- Which messages are parked, of a group and source if they are given, and of certain numbers?
SELECT
  p.number,
  p.group_name,
  p.source,
  p.partition,
  p.message_offset,
  p.payload,
  p.error,
  p.position,
  p.parked_at,
  p.attempts
FROM featuretrail.parked_messages AS p
WHERE (%(group)s::text IS NULL OR p.group_name = %(group)s)
  AND (%(source)s::text IS NULL OR p.source = %(source)s)
  AND (%(numbers)s::bigint[] IS NULL OR p.number = ANY(%(numbers)s::bigint[]))
ORDER BY p.number
