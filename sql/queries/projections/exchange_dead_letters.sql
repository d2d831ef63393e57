-- Exchanges the dead letters of some topics between two generations whose tables were exchanged; an
-- event that both lack stays as it is.
UPDATE featuretrail.dead_letters AS d
SET generation = CASE WHEN d.generation = %(live)s THEN %(other)s ELSE %(live)s END
WHERE d.generation IN (%(live)s, %(other)s)
  AND d.topic = ANY (%(topics)s)
  AND NOT EXISTS (
    SELECT
    FROM featuretrail.dead_letters AS o
    WHERE o.position = d.position
      AND o.generation IN (%(live)s, %(other)s)
      AND o.generation <> d.generation
  );
