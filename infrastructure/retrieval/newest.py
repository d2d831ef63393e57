"""The newest row of each entity, chosen among one row for each layout it was written in."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from attrs import field, frozen

from featuretrail.domain.asof import Flags, Ints
from featuretrail.infrastructure.retrieval.arrays import decode

RETRACTIONS = 0
"""The layout of rows that stand for retractions."""


@frozen(eq=False)
class NewestRows:
    """The online rows of a group: the entity row each belongs to (from 0), and what wrote it."""

    ordinals: Ints = field(repr=False)
    layouts: Ints = field(repr=False)
    event_times: Ints = field(repr=False)
    batches: Ints = field(repr=False)
    count: int

    @classmethod
    def read(cls, arrays: Sequence[bytes | None], count: int) -> Self:
        """Read ordinals, layouts, event times and batches as the online query returns them."""
        dtypes = ("int64", "int64", "timestamptz", "int64")
        ordinals, layouts, event_times, batches = (
            decode(array, dtype)[0] for array, dtype in zip(arrays, dtypes, strict=True)
        )
        return cls(ordinals - 1, layouts, event_times, batches, count)

    @property
    def written(self) -> set[int]:
        """The layouts of the rows of values."""
        return set(self.layouts.tolist()) - {RETRACTIONS}

    @property
    def in_step(self) -> bool:
        """Whether row ``i`` is the only one of entity row ``i``, and all were written alike."""
        return (
            self.ordinals.size == self.count > 0
            and bool((self.ordinals == np.arange(self.count)).all())
            and bool((self.layouts == self.layouts[0]).all())
        )

    def winners(self, column: str, layouts: Mapping[int, frozenset[str]]) -> "Winners":
        """Return the row that holds for each entity row in ``column``."""
        if self.in_step:
            return self._alike(column, layouts)
        writing = [n for n, columns in layouts.items() if column in columns]
        of_column = np.flatnonzero(np.isin(self.layouts, [RETRACTIONS, *writing]))
        order = of_column[
            np.lexsort(
                (self.batches[of_column], self.event_times[of_column], self.ordinals[of_column])
            )
        ]
        rows = np.full(self.count, -1, np.int64)
        rows[self.ordinals[order]] = order
        won = rows >= 0
        tombstone = won & (self._at(rows, self.layouts) == RETRACTIONS)
        return Winners(rows, won & ~tombstone, tombstone, self._at(rows, self.event_times))

    def _alike(self, column: str, layouts: Mapping[int, frozenset[str]]) -> "Winners":
        layout = int(self.layouts[0])
        yes, no = np.ones(self.count, np.bool_), np.zeros(self.count, np.bool_)
        retracted = yes if layout == RETRACTIONS else no
        found = yes if column in layouts.get(layout, ()) else no
        return Winners(None, found, retracted, self.event_times)

    def _at(self, rows: Ints, values: Ints) -> Ints:
        return values[rows] if values.size else np.zeros(self.count, np.int64)


@frozen(eq=False)
class Winners:
    """For each entity row: its online row (``rows`` is None where they are in step), if any."""

    rows: Ints | None = field(repr=False)
    found: Flags = field(repr=False)
    retracted: Flags = field(repr=False)
    event_times: Ints = field(repr=False)

    def gather(self, values: Any, null: Flags | None) -> tuple[Any, Flags | None]:  # noqa: ANN401
        """Return values (and NULLs) of online rows as those of the entity rows."""
        if self.rows is None:
            return values, null
        if len(values) == 0:
            values, null = (
                [*values, None] if isinstance(values, list) else np.zeros(1, values.dtype),
                None,
            )
        rows = self.rows
        picked = [values[row] for row in rows] if isinstance(values, list) else values[rows]
        return picked, None if null is None else null[rows]
