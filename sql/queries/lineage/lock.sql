-- May this transaction be the only one to change lineage? (Waits until it may, for milliseconds.)
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.lineage', 0))
