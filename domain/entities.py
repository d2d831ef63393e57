"""Numbers for entities: dense codes of the key tuples of a spine, and of any rows beside them."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen
from numpy.typing import NDArray

Ints = NDArray[np.int64]

STRANGER = -1
"""The code of an entity that the spine does not name."""


@frozen(eq=False)
class _Hashed:
    """Distinct values of any type, each with its place among them."""

    size: int
    known: pa.Array = field(repr=False)

    @classmethod
    def of(cls, column: pa.Array) -> tuple[Self, Ints]:
        """Number the distinct values of ``column``; return also the number of each row."""
        encoded: Any = column.dictionary_encode()
        places: Ints = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(len(encoded.dictionary), encoded.dictionary), places

    def places(self, column: pa.Array) -> Ints:
        places: Any = pc.index_in(column, value_set=self.known)
        found: Ints = places.fill_null(STRANGER).to_numpy(zero_copy_only=False).astype(np.int64)
        return found


@frozen(eq=False)
class _Tabled:
    """Distinct integers that lie close together: a table of their numbers, from ``low`` on.

    The last place of the table is that of all integers outside of it.
    """

    size: int
    low: int
    table: NDArray[np.int32] = field(repr=False)

    @classmethod
    def of(cls, values: Ints, low: int, high: int) -> tuple[Self, Ints]:
        """Number the distinct integers among ``values``; return also the number of each."""
        table = np.full(high - low + 2, STRANGER, np.int32)
        offsets = values - low
        table[offsets] = 0
        held = np.flatnonzero(table == 0)
        table[held] = np.arange(held.size, dtype=np.int32)
        return cls(held.size, low, table), table[offsets].astype(np.int64)

    @property
    def known(self) -> pa.Array:
        return pa.array(np.flatnonzero(self.table[:-1] != STRANGER) + self.low)

    def places(self, column: pa.Array) -> Ints:
        values, last = column.to_numpy(), self.table.size - 1
        # compared before subtracted: int64 extremes would wrap around
        inside = (values >= self.low) & (values <= self.low + last - 1)
        offsets = values - self.low if inside.all() else np.where(inside, values - self.low, last)
        return self.table[offsets].astype(np.int64)


Numbers = _Hashed | _Tabled


def _numbered(column: pa.Array) -> tuple[Numbers, Ints]:
    """Number the distinct values of a column, by a table where the range of integers allows it."""
    if pa.types.is_int64(column.type) and len(column):
        values = column.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low <= 8 * values.size + 65_536:
            return _Tabled.of(values, low, high)
    return _Hashed.of(column)


@frozen(eq=False)
class _Level:
    """One key column: its distinct values, and the pairs with the levels before that occur."""

    values: Numbers
    pairs: Numbers | None


@frozen(eq=False)
class EntityCodes:
    """Codes 0, 1, 2, ... for the distinct key tuples of a spine.

    ``codes`` holds the code of each spine row. Tuples are compared column by column, never as
    joined text, so (1, 12) and (11, 2) are two entities.
    """

    levels: tuple[_Level, ...] = field(repr=False)
    codes: Ints = field(repr=False)
    count: int

    @classmethod
    def of(cls, columns: Sequence[pa.Array]) -> Self:
        """Number the tuples of the key ``columns`` (text or int64, without NULL) of a spine."""
        values, codes = _numbered(columns[0])
        levels = [_Level(values, None)]
        for column in columns[1:]:
            values, places = _numbered(column)
            pairs, codes = _numbered(pa.array(codes * values.size + places))
            levels.append(_Level(values, pairs))
        last = levels[-1]
        return cls(tuple(levels), codes, (last.pairs or last.values).size)

    @property
    def values(self) -> list[pa.Array]:
        """The distinct values of each key column."""
        return [level.values.known for level in self.levels]

    def encode(self, columns: Sequence[pa.Array]) -> Ints:
        """Return the code of each row of other key ``columns``; -1 where the spine has none."""
        codes = self.levels[0].values.places(columns[0])
        for level, column in zip(self.levels[1:], columns[1:], strict=True):
            assert level.pairs is not None  # noqa: S101 - of all but the first
            places = level.values.places(column)
            joined = codes * level.values.size + places
            joined[(codes < 0) | (places < 0)] = STRANGER
            codes = level.pairs.places(pa.array(joined))
        return codes
