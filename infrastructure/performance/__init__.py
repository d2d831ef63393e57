"""Measuring what work costs, and recording it in the log off the hot path."""
