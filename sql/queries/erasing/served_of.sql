-- Which rows of the served log answered features of a group for one of some entities?
SELECT
  s.served_id::text AS served_id,
  s.served_at,
  s.position
FROM featuretrail.served AS s
WHERE EXISTS (
    SELECT
    FROM unnest(s.features) AS f (reference)
    WHERE starts_with(f.reference, %(group)s || '.')
  )
  AND (
    SELECT jsonb_object_agg(n.name, s.keys -> n.name)
    FROM unnest(%(names)s::text[]) AS n (name)
  ) IN (
    SELECT g.keys::jsonb
    FROM unnest(%(entities)s::text[]) AS g (keys)
  )
