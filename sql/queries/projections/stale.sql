-- Which generations soaked for too long, or were made for a proof that nobody works on?
SELECT g.generation
FROM featuretrail.generations AS g
WHERE g.state = 'verifying'
  OR (g.state = 'soaking' AND g.swapped_at < clock_timestamp() - %(soak)s::interval)
ORDER BY g.generation;
