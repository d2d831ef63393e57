"""Which pairs of cells disagree, and by how much."""

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.consistency.column import Cells, ColumnPair, Mask
from featuretrail.domain.consistency.pairing import Ints, Pairing
from featuretrail.domain.consistency.tolerance import Tolerance

Floats = NDArray[np.float64]

SECOND = 1_000_000
"""Microseconds, in which times are compared."""


@frozen(eq=False)
class Differing:
    """The pairs of one column that are not the same, and what the others amount to.

    ``pairs`` have a value on both sides and differ, by ``distances`` (NaN where that is undefined;
    seconds of times), beyond the tolerance where ``beyond``; ``null_expected`` and ``null_found``
    are NULL on that side alone. ``both_null`` counts pairs that agree in being NULL, ``both_nan``
    those that agree in being NaN.
    """

    pairs: Ints = field(repr=False)
    distances: Floats = field(repr=False)
    beyond: Mask = field(repr=False)
    null_expected: Ints = field(repr=False)
    null_found: Ints = field(repr=False)
    both_null: int
    both_nan: int

    @property
    def mismatched(self) -> Ints:
        """The pairs with values on both sides that disagree."""
        return self.pairs[self.beyond]

    @property
    def mismatches(self) -> int:
        """How many pairs disagree, NULL against a value among them."""
        return int(self.beyond.sum()) + self.null_expected.size + self.null_found.size


def differing(column: ColumnPair, pairing: Pairing, tolerance: Tolerance) -> Differing:
    """Compare the cells of all pairs; NaN agrees with NaN, NULL with NULL."""
    here, there = column.expected, column.found
    left = _taken(here.numbers, pairing.expected_rows)
    right = _taken(there.numbers, pairing.found_rows)
    candidates = np.flatnonzero(left != right)
    null_left, null_right = _nulls(here, pairing.expected_rows), _nulls(there, pairing.found_rows)
    only_left, only_right, both, candidates = _split(null_left, null_right, candidates)
    x, y = left[candidates], right[candidates]
    nan = 0
    if column.kind == "number":
        same = np.isnan(x) & np.isnan(y)
        nan = int(same.sum())
        if nan:
            candidates, x, y = candidates[~same], x[~same], y[~same]
    distances = _distances(column.kind, x, y)
    beyond = ~_within(column.kind, x, y, distances, tolerance)
    return Differing(candidates, distances, beyond, only_left, only_right, both, nan)


def agreeing(
    column: ColumnPair, expected_rows: Ints, found_rows: Ints, tolerance: Tolerance
) -> Mask:
    """Tell for each of the given pairs of rows whether its cells agree."""
    pairing = Pairing(
        expected_rows, found_rows, expected_rows.size, expected_rows[:0], expected_rows[:0]
    )
    found = differing(column, pairing, tolerance)
    agree = np.ones(expected_rows.size, np.bool_)
    for pairs in (found.mismatched, found.null_expected, found.null_found):
        agree[pairs] = False
    return agree


def _taken(numbers: NDArray[Any], rows: Ints | None) -> NDArray[Any]:
    # rows are places in numbers: "clip" saves looking each of them up for being one
    return numbers if rows is None else numbers.take(rows, mode="clip")


def _nulls(cells: Cells, rows: Ints | None) -> Mask | None:
    return cells.null if cells.null is None or rows is None else cells.null[rows]


def _split(left: Mask | None, right: Mask | None, rows: Ints) -> tuple[Ints, Ints, int, Ints]:
    """Return the pairs that are NULL on one side, how many on both, and the rest of ``rows``."""
    nothing = np.empty(0, np.int64)
    if left is None and right is None:
        return nothing, nothing, 0, rows
    if left is None or right is None:
        one = left if right is None else right
        assert one is not None  # noqa: S101 - both were None above
        alone = np.flatnonzero(one)
        kept = rows[~one[rows]]
        return (alone, nothing, 0, kept) if right is None else (nothing, alone, 0, kept)
    only_left, only_right = np.flatnonzero(left & ~right), np.flatnonzero(right & ~left)
    return only_left, only_right, int((left & right).sum()), rows[~(left[rows] | right[rows])]


def _distances(kind: str, x: NDArray[Any], y: NDArray[Any]) -> Floats:
    match kind:
        case "number":
            with np.errstate(invalid="ignore", over="ignore"):
                distances: Floats = np.abs(x - y)
            return distances
        case "integer" | "time":  # exact also where the difference leaves 64 bits with a sign
            with np.errstate(over="ignore"):
                apart: Floats = np.where(x > y, x - y, y - x).view(np.uint64).astype(np.float64)
            return apart / SECOND if kind == "time" else apart
        case _:
            return np.full(x.size, np.nan)


def _within(
    kind: str, x: NDArray[Any], y: NDArray[Any], distances: Floats, tolerance: Tolerance
) -> Mask:
    if tolerance.is_exact or kind in ("bool", "text"):
        return np.zeros(x.size, np.bool_)
    bound: Floats | float = tolerance.absolute
    if kind != "time" and tolerance.relative:
        larger = np.maximum(np.abs(x.astype(np.float64)), np.abs(y.astype(np.float64)))
        bound = np.maximum(tolerance.absolute, tolerance.relative * larger)
    with np.errstate(invalid="ignore"):
        within: Mask = np.isfinite(distances) & (distances <= bound)
    return within
