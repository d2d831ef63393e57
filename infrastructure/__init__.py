"""The outside world: PostgreSQL, the embedded server, the log, stored values, blobs."""
