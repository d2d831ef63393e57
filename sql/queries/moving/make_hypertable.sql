-- Makes the empty table a hypertable on event_time.
SELECT featuretrail.make_hypertable(%(target)s::regclass, 'event_time', %(chunk)s::interval)
