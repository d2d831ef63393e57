"""The pure core: definitions, events, aggregates, digests, the as-of join. No I/O, no clock."""
