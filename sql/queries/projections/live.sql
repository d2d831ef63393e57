-- Which generation is live?
SELECT g.generation
FROM featuretrail.generations AS g
WHERE g.state = 'live';
