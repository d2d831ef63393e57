-- Let another session deliver alerts.
SELECT pg_advisory_unlock(hashtextextended('featuretrail.alerts', 0))
