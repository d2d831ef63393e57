-- Why does an event lack in a generation, if it does?
SELECT left(d.error, 200)
FROM featuretrail.dead_letters AS d
WHERE d.generation = %(generation)s
  AND d.position = %(position)s;
