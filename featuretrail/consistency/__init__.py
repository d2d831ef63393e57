"""Consistency of snapshots with what served, judged and stored the same values."""
