"""Alerts as pure decisions: which rule speaks, what is said, when it is tried again."""
