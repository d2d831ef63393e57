-- Fits the next chunks of a group to the rows that arrive, with those of a batch to be written.
SELECT featuretrail.fit_chunks(
  %(group)s,
  %(rows)s::bigint,
  %(first)s::timestamptz,
  %(last)s::timestamptz
)
