-- Exchanges the schema names of two generations whose tables were exchanged.
UPDATE featuretrail.generations AS g
SET schema_name = o.schema_name
FROM featuretrail.generations AS o
WHERE g.generation IN (%(live)s, %(other)s)
  AND o.generation IN (%(live)s, %(other)s)
  AND o.generation <> g.generation;
