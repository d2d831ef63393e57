"""Outcomes: what really happened, and what it judges."""
