"""Monitors as users meet them: ``store.monitor``."""
