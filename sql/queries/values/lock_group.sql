-- Waits until no other transaction writes values of the group; held until the end of this one.
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.values:' || %(group)s::text, 0))
