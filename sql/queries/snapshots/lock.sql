-- May this transaction be the only one to record a snapshot? (Waits until it may, for milliseconds.)
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.snapshots', 0))
