-- Keeps the live generation where it is for the time of this transaction; readers and writers go on.
SELECT g.generation
FROM featuretrail.generations AS g
WHERE g.state = 'live'
FOR UPDATE;
