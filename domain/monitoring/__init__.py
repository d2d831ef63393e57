"""Monitors as pure decisions: which windows are due, and what is stale."""
