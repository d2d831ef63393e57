-- Makes processes that move tables take turns, until the session ends or gives the turn back.
SELECT pg_advisory_lock(hashtextextended('featuretrail.moving', 0))
