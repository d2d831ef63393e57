-- What was served of some features (in any version, or in a pinned one) in a time, oldest first?
SELECT
  s.served_id::text AS served_id,
  s.served_at,
  s.known_position,
  s.position,
  s.features,
  s.keys,
  s.values,
  s.statuses,
  s.event_times
FROM featuretrail.served AS s
WHERE (%(since)s::timestamptz IS NULL OR s.served_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR s.served_at < %(until)s)
  AND (
    s.features && %(pinned)s::text[]
    OR EXISTS (
      SELECT
      FROM unnest(s.features) AS f (reference)
      WHERE split_part(f.reference, '@', 1) = ANY (%(paths)s::text[])
    )
  )
ORDER BY
  s.served_at,
  s.served_id
LIMIT %(limit)s
