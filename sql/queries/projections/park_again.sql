-- Keeps a dead letter that failed again, or still waits.
UPDATE featuretrail.dead_letters AS d
SET
  error = %(error)s,
  attempts = d.attempts + %(attempts)s,
  waits_for = %(waits_for)s,
  parked_at = clock_timestamp()
WHERE d.generation = %(generation)s
  AND d.position = %(position)s;
