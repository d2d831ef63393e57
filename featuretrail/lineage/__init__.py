"""Lineage as users meet it: ``store.lineage``."""
