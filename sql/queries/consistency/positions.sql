-- At which positions were the newest batches of the groups recorded, up to a position?
SELECT b.position
FROM featuretrail.batches AS b
WHERE b.group_name = ANY (%(groups)s::text[])
  AND b.position <= %(until)s
ORDER BY b.position DESC
LIMIT %(last)s
