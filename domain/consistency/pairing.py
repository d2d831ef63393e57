"""Which row of one table is which row of another, by their keys."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pyarrow as pa
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.entities import EntityCodes

Ints = NDArray[np.int64]


@frozen(eq=False)
class Pairing:
    """The rows of ``expected`` and ``found`` that have the same keys, one pair a key.

    Rows that repeat a key are counted, and the first of each side stands for it. ``missing`` are
    rows of keys that only the expected side has, ``extra`` those that only the other has.
    ``expected_rows`` keep their order; ``None`` stands for all rows as they are.
    """

    expected_rows: Ints | None = field(repr=False)
    found_rows: Ints | None = field(repr=False)
    size: int
    missing: Ints = field(repr=False)
    extra: Ints = field(repr=False)
    expected_duplicates: int = 0
    found_duplicates: int = 0

    @classmethod
    def of(cls, expected: Sequence[pa.Array], found: Sequence[pa.Array]) -> Self:
        """Pair rows by key columns (text or int64, without NULL), of one type on both sides."""
        entities = EntityCodes.of(expected)
        codes, others = entities.codes, entities.encode(found)
        extra = np.flatnonzero(others < 0)
        places = _first_rows(others, entities.count)
        doubled = codes.size - entities.count
        rows = np.sort(_first_rows(codes, entities.count)[:-1]) if doubled else None
        partners = places.take(codes if rows is None else codes[rows], mode="clip")
        absent = partners < 0
        if not absent.any():
            missing = np.empty(0, np.int64)
        else:
            rows = np.arange(codes.size) if rows is None else rows
            missing, rows, partners = rows[absent], rows[~absent], partners[~absent]
        return cls(
            expected_rows=rows,
            found_rows=partners,
            size=partners.size,
            missing=missing,
            extra=extra,
            expected_duplicates=doubled,
            found_duplicates=others.size - extra.size - int((places[:-1] >= 0).sum()),
        )

    @classmethod
    def side_by_side(cls, size: int) -> Self:
        """Pair tables whose rows are the same already."""
        nothing = np.empty(0, np.int64)
        return cls(None, None, size, nothing, nothing)

    def expected_of(self, pairs: Ints) -> Ints:
        """Return the rows of the expected side that some pairs have."""
        return pairs if self.expected_rows is None else self.expected_rows[pairs]

    def found_of(self, pairs: Ints) -> Ints:
        """Return the rows of the other side that some pairs have."""
        return pairs if self.found_rows is None else self.found_rows[pairs]


def _first_rows(codes: Ints, count: int) -> Ints:
    """Return the first row of each code, -1 where there is none; strangers come last."""
    places = np.full(count + 1, -1, np.int64)
    places[codes[::-1]] = np.arange(codes.size - 1, -1, -1)  # the last to be written remains
    return places
