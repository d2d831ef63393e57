-- Makes those who make or renew roles take turns until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.roles', 0))
