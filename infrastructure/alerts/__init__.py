"""Alerts outside the domain: their events in the log, and the ways to their destinations."""
