-- Ends this session's ownership of a generation.
SELECT pg_advisory_unlock(hashtextextended('featuretrail generation', 0) # %(generation)s::bigint);
