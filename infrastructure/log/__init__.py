"""The append-only log behind the eventsourcing library."""
