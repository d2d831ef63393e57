-- Gives the turn to move tables back.
SELECT pg_advisory_unlock(hashtextextended('featuretrail.moving', 0))
