"""Content-addressed storage of bytes."""
