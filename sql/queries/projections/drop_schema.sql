-- Drops the schema of a generation with its tables, if somebody has not done so already.
DROP SCHEMA IF EXISTS {schema} CASCADE
