-- What is the greatest event time recorded of a version of a label?
SELECT max(b.last_event_time) AS last_event_time
FROM featuretrail.outcome_batches AS b
WHERE b.label = %(label)s
  AND b.version = %(version)s
