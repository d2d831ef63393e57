"""What of each group a retrieval may see: its last batch, its write sets, when batches came."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import psycopg
from attrs import evolve, field, frozen

from featuretrail.domain.asof import Ints
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.moments import microseconds

AnyConnection = psycopg.Connection[Any]

NEVER = np.iinfo(np.int64).max
LAST_POSITION = 2**63 - 1


@frozen(eq=False)
class Layout:
    """The batches of a group that wrote the same ``columns``."""

    number: int
    columns: frozenset[str]
    batches: tuple[tuple[int, int], ...] = field(repr=False)
    """Ranges of batch numbers, first and last."""


@frozen(eq=False)
class GroupCut:
    """A group as of a position: what its batches up to ``last_batch`` hold.

    ``rows`` is their exact number; event times are microseconds. ``recorded_at[batch]`` is when
    the batch was recorded (``None`` unless the row cut needs it).
    """

    last_batch: int = 0
    rows: int = 0
    first_event_time: int = NEVER
    last_event_time: int = -NEVER
    has_retractions: bool = False
    layouts: tuple[Layout, ...] = ()
    recorded_at: Ints | None = field(default=None, repr=False)

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Fold the rows that the query ``retrieval/cuts`` returned for one group."""
        cut = cls()
        for _, layout, columns, last_batch, stored, first, last, ranges in rows:
            cut = evolve(cut, last_batch=max(cut.last_batch, last_batch))
            if layout == 0:
                cut = evolve(cut, has_retractions=True)
                continue
            batches = tuple((r.lower, r.upper - 1) for r in ranges)
            cut = evolve(
                cut,
                rows=cut.rows + stored,
                layouts=(*cut.layouts, Layout(layout, frozenset(columns), batches)),
                first_event_time=min(cut.first_event_time, _microseconds(first, NEVER)),
                last_event_time=max(cut.last_event_time, _microseconds(last, -NEVER)),
            )
        return cut

    def writers(self, column: str) -> frozenset[int] | None:
        """Return the numbers of the layouts that hold ``column``; ``None`` if all do."""
        writing = frozenset(each.number for each in self.layouts if column in each.columns)
        return None if len(writing) == len(self.layouts) else writing

    def ranges(self, layouts: frozenset[int]) -> list[tuple[int, int]]:
        """Return the ranges of batches of ``layouts``, in order."""
        return sorted(r for each in self.layouts if each.number in layouts for r in each.batches)


def _microseconds(moment: Any, default: int) -> int:  # noqa: ANN401 (a datetime or NULL)
    return default if moment is None else microseconds(moment)


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
    inside = [n for n, batch in enumerate(batches) if batch <= cut.last_batch]
    for n in inside:
        recorded_at[batches[n]] = microseconds(moments[n])
    return recorded_at
