-- Records that a migration was applied.
INSERT INTO featuretrail.schema_migrations (name, sha256)
VALUES (%(name)s, %(sha256)s);
