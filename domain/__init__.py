"""The pure core: definitions, events, aggregates, digests and the as-of join. No I/O and no clock."""
