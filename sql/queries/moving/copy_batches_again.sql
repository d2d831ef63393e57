-- Copies the rows of certain batches.
INSERT INTO {target}
SELECT s.*
FROM {source} AS s
WHERE s.batch = ANY (%(batches)s::bigint[])
