"""Drift: whether values still look as they did in their baseline, and how sure that is."""
