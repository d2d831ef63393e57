-- Drops the dead letters of a generation that were taken in after all.
DELETE FROM featuretrail.dead_letters AS d
WHERE d.generation = %(generation)s
  AND d.position = ANY (%(positions)s);
