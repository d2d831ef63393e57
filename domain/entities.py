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
class _Lookup:
    """Finds the place of each integer among ``known``; by table where the range allows it."""

    known: Ints = field(repr=False)
    table: NDArray[np.int32] | None = field(repr=False)

    @classmethod
    def of(cls, known: Ints) -> Self:
        low, high = (int(known.min()), int(known.max())) if known.size else (0, -1)
        if high - low > 8 * known.size + 65_536:
            return cls(known, None)
        table = np.full(high - low + 2, STRANGER, np.int32)
        table[known - low] = np.arange(known.size, dtype=np.int32)
        return cls(known, table)

    def places(self, values: Ints) -> Ints:
        if self.known.size == 0:
            return np.full(values.size, STRANGER, np.int64)
        if self.table is None:
            return _index_in(pa.array(values), pa.array(self.known))
        low = int(self.known.min())
        # compared before subtracted: int64 extremes would wrap around
        inside = (values >= low) & (values <= low + self.table.size - 2)
        if inside.all():
            return self.table[values - low].astype(np.int64)
        return self.table[np.where(inside, values - low, self.table.size - 1)].astype(np.int64)


@frozen(eq=False)
class _Level:
    """One key column: its distinct values, and the pairs with the levels before that occur."""

    values: pa.Array
    integers: _Lookup | None
    pairs: _Lookup | None

    def places(self, column: pa.Array) -> Ints:
        if self.integers is None:
            return _index_in(column, self.values)
        return self.integers.places(column.to_numpy())


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
        levels: list[_Level] = []
        codes: Ints = np.zeros(len(columns[0]), np.int64)
        count = 1
        for column in columns:
            values, places = _numbered(column)
            integers = _Lookup.of(values.to_numpy()) if pa.types.is_int64(column.type) else None
            pairs = None
            if levels:
                found, codes = _numbered(pa.array(codes * len(values) + places))
                pairs, count = _Lookup.of(found.to_numpy()), len(found)
            else:
                codes, count = places, len(values)
            levels.append(_Level(values, integers, pairs))
        return cls(tuple(levels), codes, count)

    def encode(self, columns: Sequence[pa.Array]) -> Ints:
        """Return the code of each row of other key ``columns``; -1 where the spine has none."""
        codes: Ints = np.zeros(len(columns[0]), np.int64)
        for level, column in zip(self.levels, columns, strict=True):
            places = level.places(column)
            if level.pairs is None:
                codes = places
                continue
            joined = codes * len(level.values) + places
            joined[(codes < 0) | (places < 0)] = STRANGER
            codes = level.pairs.places(joined)
        return codes


def _numbered(column: pa.Array) -> tuple[pa.Array, Ints]:
    """Return the distinct values of a column, and which of them each row has, by one hashing."""
    encoded: Any = column.dictionary_encode()
    places: Ints = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return encoded.dictionary, places


def _index_in(column: pa.Array, values: pa.Array) -> Ints:
    places: Any = pc.index_in(column, value_set=values)
    found: Ints = places.fill_null(STRANGER).to_numpy(zero_copy_only=False).astype(np.int64)
    return found
