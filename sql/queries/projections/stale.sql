-- Which generations soaked for too long, were made for a proof that nobody works on, or (abandoned) are
-- rebuilds that nobody went on with for as long?
SELECT g.generation
FROM featuretrail.generations AS g
WHERE g.state = 'verifying'
  OR (g.state = 'soaking' AND g.swapped_at < clock_timestamp() - %(soak)s::interval)
  OR (
    %(abandoned)s
    AND g.state = 'building'
    AND coalesce(g.advanced_at, g.created_at) < clock_timestamp() - %(soak)s::interval
  )
ORDER BY g.generation;
