"""The served log: online answers kept, off the hot path, and read back."""
