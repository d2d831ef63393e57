-- May this session be the only one to evaluate and deliver alerts, until it ends? (Does not wait.)
SELECT pg_try_advisory_lock(hashtextextended('featuretrail.alerts', 0))
