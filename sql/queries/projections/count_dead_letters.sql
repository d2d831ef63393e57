-- How many events lack in a generation?
SELECT count(*)
FROM featuretrail.dead_letters AS d
WHERE d.generation = %(generation)s;
