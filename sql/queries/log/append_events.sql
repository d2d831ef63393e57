-- Appends events in the order of the arrays.
SELECT
  first_position,
  last_position,
  recorded_at,
  digest
FROM featuretrail.append_events(%(streams)b, %(versions)b::integer[], %(topics)b, %(states)b);
