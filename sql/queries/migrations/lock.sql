-- Makes migrating processes take turns until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.schema_migrations', 0));
