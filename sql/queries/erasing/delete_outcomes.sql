-- Deletes outcomes, all of which lie in a time.
DELETE FROM featuretrail.outcomes AS o
USING unnest(%(batches)s::uuid[], %(ordinals)s::integer[]) AS g (batch, ordinal)
WHERE o.batch = g.batch
  AND o.ordinal = g.ordinal
  AND o.event_time >= %(first)s
  AND o.event_time <= %(last)s
