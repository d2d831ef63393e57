-- How far is the live generation?
SELECT g.position
FROM featuretrail.generations AS g
WHERE g.state = 'live';
