"""Served answers: which entities are logged, and their rows as one digest sees them."""
