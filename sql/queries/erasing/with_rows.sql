-- Which events are of kinds that may name entities?
SELECT
  e.position,
  e.state
FROM featuretrail.events AS e
WHERE e.topic = ANY (%(topics)s::text[])
ORDER BY e.position
