-- Which of these messages are still parked? They stay as they are until this transaction ends.
SELECT p.number
FROM featuretrail.parked_messages AS p
WHERE p.number = ANY(%(numbers)s::bigint[])
ORDER BY p.number
FOR UPDATE
