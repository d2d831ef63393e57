"""Projections: the code that builds read models from events."""
