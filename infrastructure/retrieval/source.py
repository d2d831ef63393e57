"""Where the pull way gets a group's columns from: the seam between joining and storage."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import pyarrow as pa
from attrs import field, frozen


@frozen(eq=False)
class Wanted:
    """What a join needs of a group.

    ``columns`` maps feature columns to dtypes. Rows of batches up to ``last_batch``, with event
    times (microseconds) from ``since`` to ``until``, both included. ``entities`` holds
    for each key column the values that occur, or is ``None`` when most of the group's will.
    ``batches`` are ranges, first and last, outside of which no row is wanted. With ``newest`` only
    so many rows are: the last in event time, of equal times those of the first entities.
    """

    group: str
    keys: Mapping[str, str]
    columns: Mapping[str, str]
    known_time: str | None
    last_batch: int
    since: int
    until: int
    entities: Sequence[pa.Array] | None = field(repr=False)
    batches: Sequence[tuple[int, int]] | None = field(default=None, repr=False)
    newest: int | None = None


class ColumnSource(Protocol):
    """A store of columns: the database now, a local columnar cache beside it later."""

    def blocks(self, wanted: Wanted) -> Iterator[pa.Table]:
        """Yield the wanted rows, cut into blocks as suits the source.

        They come in any order; the ``newest`` from the newest on, and no others.

        Columns: the keys, ``event_time``, ``batch``, the known time if wanted, the feature columns;
        text as ``string``, the rest as ``domain.dtypes`` says. No row of a later batch may
        come; rows of other entities or times may.
        """
        ...

    def retractions(self, wanted: Wanted) -> pa.Table:
        """Return the group's retractions of batches up to ``last_batch``.

        Columns: the keys, ``event_time`` (the begin), ``batch``; rows of other entities may come.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...
