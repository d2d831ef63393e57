-- Keeps two generations where they are for the time of this transaction.
SELECT g.generation
FROM featuretrail.generations AS g
WHERE g.generation = ANY (%(generations)s)
ORDER BY g.generation
FOR UPDATE;
