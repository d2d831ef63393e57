-- Appends one event.
SELECT
  first_position,
  last_position,
  recorded_at,
  digest
FROM featuretrail.append_event(%(stream)b, %(version)b::integer, %(topic)b, %(state)b);
