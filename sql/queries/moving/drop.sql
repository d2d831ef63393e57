-- Drops a copy that cannot be gone on with.
DROP TABLE IF EXISTS {target}
