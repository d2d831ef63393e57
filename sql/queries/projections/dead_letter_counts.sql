-- How many events that matter to the tables compared lack in each of two generations?
SELECT
  count(*) FILTER (WHERE d.generation = %(live)s) AS live,
  count(*) FILTER (WHERE d.generation = %(rebuilt)s) AS rebuilt
FROM featuretrail.dead_letters AS d
WHERE d.generation IN (%(live)s, %(rebuilt)s)
  AND d.position <= %(position)s
  AND d.topic <> ALL (%(elsewhere)s);
