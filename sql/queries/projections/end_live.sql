-- Ends the live time of a generation; it soaks from now on.
UPDATE featuretrail.generations AS g
SET
  state = 'soaking',
  swapped_at = clock_timestamp()
WHERE g.generation = %(generation)s;
