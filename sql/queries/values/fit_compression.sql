-- Fits how the next chunks of a group are compressed to its rows, with those of a batch to be written.
SELECT featuretrail.fit_compression(
  %(group)s,
  %(rows)s::bigint,
  %(first)s::timestamptz,
  %(last)s::timestamptz
)
