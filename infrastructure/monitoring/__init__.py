"""Monitors' events, read from the log."""
