-- Removes the rows of certain batches from the copy.
DELETE FROM {target} AS t
WHERE t.batch = ANY (%(batches)s::bigint[])
