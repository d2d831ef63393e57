"""Comparing two statements of the same values: pure functions over Arrow columns."""
