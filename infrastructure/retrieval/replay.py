"""A column source of rows that were pulled already."""

from collections.abc import Iterator

import pyarrow as pa

from featuretrail.infrastructure.retrieval.source import ColumnSource, Wanted


class Replay:
    """A ``ColumnSource`` of one table; retractions come from ``source``, which stays open."""

    def __init__(self, table: pa.Table, source: ColumnSource) -> None:
        self._table = table
        self._source = source

    def blocks(self, wanted: Wanted) -> Iterator[pa.Table]:
        """Yield the rows as one block."""
        del wanted
        yield self._table

    def retractions(self, wanted: Wanted) -> pa.Table:
        """Return the group's retractions."""
        return self._source.retractions(wanted)

    def close(self) -> None:
        """Leave the source open: it is its owner's."""
