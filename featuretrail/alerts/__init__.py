"""Alerts as users meet them: ``store.alerts``."""
