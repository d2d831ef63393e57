-- Takes away parked messages that were given up.
DELETE FROM featuretrail.parked_messages AS p
WHERE p.number = ANY(%(numbers)s::bigint[])
