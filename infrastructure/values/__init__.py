"""Stored values: ingestion, retraction, the online table."""
