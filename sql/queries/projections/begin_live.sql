-- Begins the live time of a generation.
UPDATE featuretrail.generations AS g
SET
  state = 'live',
  swapped_at = clock_timestamp()
WHERE g.generation = %(generation)s;
