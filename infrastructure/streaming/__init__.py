"""Streams into feature groups: micro-batches, stored once and in order."""
