-- Deletes the values of one entity, all of which lie in a time.
DELETE FROM {table} AS v
WHERE {entity}
  AND v.event_time >= %(first)s
  AND v.event_time <= %(last)s
