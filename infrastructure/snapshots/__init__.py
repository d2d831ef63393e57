"""Snapshots: frozen training matrices."""
