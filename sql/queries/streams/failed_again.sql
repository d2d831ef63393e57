-- Notes why parked messages could not be stored when they were tried again.
UPDATE featuretrail.parked_messages AS p
SET
  error = given.error,
  attempts = p.attempts + 1
FROM unnest(%(numbers)s::bigint[], %(errors)s::text[]) AS given (number, error)
WHERE p.number = given.number
