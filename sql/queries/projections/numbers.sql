-- Which generations are there, oldest first?
SELECT g.generation
FROM featuretrail.generations AS g
ORDER BY g.generation;
