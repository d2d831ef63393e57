-- Makes this session the owner of a generation, if nobody else is.
SELECT pg_try_advisory_lock(hashtextextended('featuretrail generation', 0) # %(generation)s::bigint);
