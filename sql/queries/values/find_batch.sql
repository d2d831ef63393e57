-- Which batch was stored under this stream, that is, under this idempotency key of the group?
SELECT
  b.kind,
  b.batch,
  b.position,
  b.rows,
  b.digest
FROM featuretrail.batches AS b
WHERE b.originator_id = %(stream)s
