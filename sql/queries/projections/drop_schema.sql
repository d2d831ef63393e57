-- Drops the schema of a generation with its tables.
DROP SCHEMA {schema} CASCADE
