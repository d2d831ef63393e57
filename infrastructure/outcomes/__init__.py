"""Outcomes, recorded with the values they are and the answers they judge, and read back."""
