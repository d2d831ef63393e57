"""Outcomes as users meet them."""
