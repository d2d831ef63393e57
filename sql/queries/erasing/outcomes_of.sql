-- Which outcomes of one of some entities are of a label of a group, or saw features of it?
SELECT
  o.batch,
  o.ordinal,
  o.event_time
FROM featuretrail.outcomes AS o
WHERE (
    starts_with(o.label, %(group)s || '.')
    OR EXISTS (
      SELECT
      FROM jsonb_object_keys(o.seen) AS f (reference)
      WHERE starts_with(f.reference, %(group)s || '.')
    )
  )
  AND (
    SELECT jsonb_object_agg(n.name, o.keys -> n.name)
    FROM unnest(%(names)s::text[]) AS n (name)
  ) IN (
    SELECT g.keys::jsonb
    FROM unnest(%(entities)s::text[]) AS g (keys)
  )
