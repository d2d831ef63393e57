-- Whether any migration can have been applied to this database.
SELECT to_regclass('featuretrail.schema_migrations') IS NOT NULL;
