-- Which of these served rows are judged by an outcome already?
SELECT DISTINCT o.served_id::text AS served_id
FROM featuretrail.outcomes AS o
WHERE o.served_id = ANY (%(ids)s::uuid[])
