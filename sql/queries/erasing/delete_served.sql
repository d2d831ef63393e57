-- Deletes rows of the served log, all of which lie in a time.
DELETE FROM featuretrail.served AS s
WHERE s.served_id = ANY (%(ids)s::uuid[])
  AND s.served_at >= %(first)s
  AND s.served_at <= %(last)s
