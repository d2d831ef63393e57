"""Differences that rounding makes: to digits, to whole numbers, to 32 bits."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause
from featuretrail.domain.consistency.column import Mask
from featuretrail.domain.consistency.evidence import fits

Floats = NDArray[np.float64]
Way = tuple[str, Callable[[Any], Floats]]

DIGITS = range(9, -1, -1)
FEW = 30

BITS = 1e-12
"""What arithmetic may leave of a rounded value, relatively."""

TINY = 1e-6
"""The relative difference below which another order of arithmetic may be all there is."""

FLOATS: tuple[Way, ...] = (
    ("as 64-bit floating-point numbers", lambda x: x.astype(np.float64)),
    ("as 32-bit floating-point numbers", lambda x: x.astype(np.float32).astype(np.float64)),
)
"""What whole numbers are rounded to."""


def rounding(expected: Floats, found: Floats) -> Cause | None:
    """Return how one side is the other one rounded, if it is."""
    finite = np.isfinite(expected) & np.isfinite(found)
    x, y = expected[finite], found[finite]
    if x.size < max(LEAST, EXPLAINS * expected.size):
        return None
    return _rounded(x, y, _same, _ways()) or _noise(x, y)


def whole_rounding(expected: NDArray[np.int64], found: NDArray[np.int64]) -> Cause | None:
    """Return how one side's whole numbers are the others after they were floating-point ones."""
    return _rounded(expected, found, _equal, FLOATS) if expected.size >= LEAST else None


def _rounded(
    x: Any,  # noqa: ANN401 - numbers
    y: Any,  # noqa: ANN401 - numbers
    same: Callable[[Way, Any, Any], Mask],
    ways: tuple[Way, ...],
) -> Cause | None:
    sides = (x, y, "found values are the expected ones"), (y, x, "expected values are the found")
    for exact, rough, told in sides:
        for way in ways:
            if 2 * same(way, exact[:FEW], rough[:FEW]).sum() < min(FEW, exact.size):
                continue  # seen from a few that it is not this
            holds, shown = fits(lambda a, b, way=way: same(way, a, b), exact, rough)
            rows = int(holds.sum())
            if shown and rows >= EXPLAINS * exact.size:
                words = f"{rows:,} of {exact.size:,} {told} {way[0]}"
                return Cause("rounding", rows, words, rows / exact.size)
    return None


def _same(way: Way, exact: Floats, rough: Floats) -> Mask:
    """Tell which values are those that ``way`` makes, and not as good as the exact ones."""
    bits = BITS * np.abs(rough)
    with np.errstate(over="ignore", invalid="ignore"):
        same: Mask = (np.abs(rough - way[1](exact)) <= bits) & (np.abs(rough - exact) > bits)
    return same


def _equal(way: Way, exact: NDArray[np.int64], rough: NDArray[np.int64]) -> Mask:
    made, again = way[1](exact), way[1](rough)
    with np.errstate(invalid="ignore"):  # 2**63 has no place, and is none of these
        same: Mask = (made == again) & (again.astype(np.int64) == rough) & (again < 2.0**63)
    unlike: Mask = exact != rough
    return same & unlike


def _ways() -> tuple[Way, ...]:
    single: Callable[[Floats], Floats] = lambda x: x.astype(np.float32).astype(np.float64)  # noqa: E731 - one of a list
    ways: list[Way] = [("as 32-bit numbers", single)]
    for digits in DIGITS:
        ways.append((f"rounded to {digits} digits after the point", _round(digits)))
        ways.append((f"cut after {digits} digits after the point", _cut(digits)))
    return tuple(ways)


def _round(digits: int) -> Callable[[Floats], Floats]:
    return lambda x: np.round(x, digits)


def _cut(digits: int) -> Callable[[Floats], Floats]:
    scale = 10.0**digits
    return lambda x: np.trunc(x * scale) / scale


def _noise(x: Floats, y: Floats) -> Cause | None:
    apart = np.abs(x - y) / np.maximum(np.abs(x), np.abs(y))
    near = apart[apart <= TINY]
    rows = int(near.size)
    if rows < EXPLAINS * x.size:
        return None
    worst = float(near.max())
    words = f"the values differ by at most {worst:.1g} of their size: arithmetic"
    return Cause("rounding", rows, words, rows / x.size)
