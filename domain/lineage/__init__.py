"""Lineage: the graph of what each thing comes from, and what is asked of it."""
