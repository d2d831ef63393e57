-- Forgets a generation that is not live, and its dead letters.
DELETE FROM featuretrail.generations AS g
WHERE g.generation = %(generation)s
  AND g.state <> 'live';
