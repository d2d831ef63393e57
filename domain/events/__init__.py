"""Versioned events, one module a family, and their registry."""
