-- Fits how the next chunks of a group are compressed to the rows it has.
SELECT featuretrail.fit_compression(%(group)s)
