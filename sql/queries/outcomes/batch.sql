-- What does the table of batches say of a batch of outcomes?
SELECT
  b.position,
  b.recorded_at,
  b.label,
  b.version,
  b.rows,
  b.first_event_time,
  b.last_event_time
FROM featuretrail.outcome_batches AS b
WHERE b.batch = %(batch)s
