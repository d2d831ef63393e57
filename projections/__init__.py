"""Projections, the code that builds read models from events: none yet.

What is derived so far is derived where it is needed: definitions and snapshots by folding their
events, values and the online table in the transaction of their event.
"""
