-- Which events that matter to the tables compared lack in only one of two generations; and how many?
SELECT
  d.position,
  d.topic,
  left(d.error, 200),
  d.generation = %(live)s AS lacks_live,
  count(*) OVER ()
FROM featuretrail.dead_letters AS d
WHERE d.generation IN (%(live)s, %(rebuilt)s)
  AND d.position <= %(position)s
  AND d.topic <> ALL (%(elsewhere)s)
  AND NOT EXISTS (
    SELECT
    FROM featuretrail.dead_letters AS o
    WHERE o.position = d.position
      AND o.generation IN (%(live)s, %(rebuilt)s)
      AND o.generation <> d.generation
  )
ORDER BY d.position
LIMIT %(limit)s;
