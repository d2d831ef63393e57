-- Let another session run a monitor.
SELECT pg_advisory_unlock(hashtextextended('featuretrail.monitor ' || %(name)s::text, 0))
