-- What does the table of batches say of one group?
SELECT
  batches.batch,
  batches.kind,
  batches.position,
  batches.recorded_at,
  batches.layout,
  batches.columns,
  batches.rows,
  batches.first_event_time,
  batches.last_event_time,
  batches.digest,
  batches.originator_id
FROM featuretrail.batches AS batches
WHERE batches.group_name = %(group)s
ORDER BY batches.batch
