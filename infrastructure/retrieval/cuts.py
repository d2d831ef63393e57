"""What of each group a retrieval may see: its last batch, its write sets, when batches came."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import psycopg
from attrs import evolve, field, frozen
from psycopg.types.range import Range

from featuretrail.domain.asof import Ints
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.moments import microseconds

AnyConnection = psycopg.Connection[Any]

NEVER = np.iinfo(np.int64).max
LAST_POSITION = 2**63 - 1
_RETRACTIONS = 0


@frozen(eq=False)
class Layout:
    """The batches of a group that wrote the same ``columns``."""

    number: int
    columns: frozenset[str]
    batches: tuple[tuple[int, int], ...] = field(repr=False)
    """Ranges of batch numbers, first and last."""

    @classmethod
    def of(cls, number: int, columns: Iterable[str], ranges: Iterable[Range[int]]) -> Self:
        """Return the layout whose batches PostgreSQL gave as a multirange."""
        bounds = tuple((_bound(each.lower), _bound(each.upper) - 1) for each in ranges)
        return cls(number, frozenset(columns), bounds)


@frozen(eq=False)
class GroupCut:
    """A group as of a position: what its batches up to ``last_batch`` hold.

    ``rows`` is their exact number; the event times are microseconds, 0 if there are no rows.
    ``recorded_at[batch]`` is when the batch was recorded (``None`` unless the row cut needs it).
    """

    last_batch: int = 0
    rows: int = 0
    first_event_time: int = 0
    last_event_time: int = 0
    has_retractions: bool = False
    layouts: tuple[Layout, ...] = ()
    recorded_at: Ints | None = field(default=None, repr=False)

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Fold the rows that the query ``retrieval/cuts`` returned for one group."""
        stored = list(rows)
        values = [row for row in stored if row[1] != _RETRACTIONS]
        return cls(
            last_batch=max((row[3] for row in stored), default=0),
            rows=sum(row[4] for row in values),
            first_event_time=min((microseconds(row[5]) for row in values if row[5]), default=0),
            last_event_time=max((microseconds(row[6]) for row in values if row[6]), default=0),
            has_retractions=len(values) < len(stored),
            layouts=tuple(Layout.of(number, columns, ranges)
                          for _, number, columns, _, _, _, _, ranges in values),
        )  # fmt: skip

    def writers(self, column: str) -> frozenset[int] | None:
        """Return the numbers of the layouts that hold ``column``; ``None`` if all do."""
        writing = frozenset(each.number for each in self.layouts if column in each.columns)
        return None if len(writing) == len(self.layouts) else writing

    def ranges(self, layouts: frozenset[int]) -> list[tuple[int, int]]:
        """Return the ranges of batches of ``layouts``, in order."""
        return sorted(r for each in self.layouts if each.number in layouts for r in each.batches)


def read_cuts(
    connection: AnyConnection, groups: Sequence[str], position: int | None, *, recorded: bool
) -> Mapping[str, GroupCut]:
    """Return the cut of each group at ``position`` (``None``: all that is stored)."""
    parameters = {
        "groups": list(groups),
        "position": LAST_POSITION if position is None else position,
    }
    rows = connection.execute(query("retrieval/cuts"), parameters, binary=True).fetchall()
    cuts = {name: GroupCut.of(row for row in rows if row[0] == name) for name in groups}
    if recorded:
        times = connection.execute(query("retrieval/recorded_at"), parameters, binary=True)
        for name, batches, moments in times.fetchall():
            cuts[name] = evolve(cuts[name], recorded_at=_by_batch(cuts[name], batches, moments))
    return cuts


def _by_batch(cut: GroupCut, batches: Sequence[int], moments: Sequence[Any]) -> Ints:
    recorded_at = np.full(cut.last_batch + 1, NEVER, np.int64)
    for batch, moment in zip(batches, moments, strict=True):
        if batch <= cut.last_batch:  # others came since the cut was read
            recorded_at[batch] = microseconds(moment)
    return recorded_at


def _bound(bound: int | None) -> int:
    if bound is None:
        raise ValueError("a range of batches has no end")
    return bound
