"""Projections: the code that builds the read side from the log.

``read_models`` maps events to rows, one module a table; ``projector`` moves a generation of all
tables along the log; ``generations`` are the complete builds, one of them live.
"""
