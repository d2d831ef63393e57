"""Asking the log: who changed what and why, what was so at a moment, and whether it all holds."""
