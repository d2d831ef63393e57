"""Lineage in the database: read from the log, declared under one lock, its cost from evidence."""
