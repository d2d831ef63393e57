-- Which events could a generation not take in, or wait behind one of these, oldest first?
SELECT
  d.position,
  d.originator_id,
  d.originator_version,
  d.topic,
  d.error,
  d.attempts,
  d.waits_for,
  d.parked_at
FROM featuretrail.dead_letters AS d
WHERE d.generation = %(generation)s
ORDER BY d.position
LIMIT %(limit)s;
