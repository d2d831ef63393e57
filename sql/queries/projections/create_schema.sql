-- Makes the schema of a generation.
CREATE SCHEMA {schema}
