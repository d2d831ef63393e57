"""Erasing entities: their rows are really deleted, and the log says so."""
