-- May this transaction be the only one to register definitions? (Waits until it may.)
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.registration', 0))
