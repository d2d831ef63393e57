-- May this session be the only one to run a monitor, until it lets go? (Does not wait.)
SELECT pg_try_advisory_lock(hashtextextended('featuretrail.monitor ' || %(name)s::text, 0))
