"""Point-in-time and online retrieval."""
