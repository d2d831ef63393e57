"""Streams of messages: their offsets, and what is out of order in them."""
