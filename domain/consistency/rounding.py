"""Differences that rounding makes: to digits, to whole numbers, to 32 bits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause

Floats = NDArray[np.float64]

DIGITS = range(9, -1, -1)
FEW = 30

BITS = 1e-12
"""What arithmetic may leave of a rounded value, relatively."""

TINY = 1e-6
"""The relative difference below which another order of arithmetic may be all there is."""


def rounding(expected: Floats, found: Floats) -> Cause | None:
    """Return how one side is the other one rounded, if it is."""
    finite = np.isfinite(expected) & np.isfinite(found)
    x, y = expected[finite], found[finite]
    if x.size < max(LEAST, EXPLAINS * expected.size):
        return None
    return (
        _rounded(x, y, "the found values") or _rounded(y, x, "the expected values") or _noise(x, y)
    )


def _rounded(exact: Floats, rough: Floats, whose: str) -> Cause | None:
    for told, way in _ways():
        if 2 * _same(way, exact[:FEW], rough[:FEW]) < min(FEW, exact.size):
            continue  # seen from a few that it is not this
        rows = _same(way, exact, rough)
        if rows >= EXPLAINS * exact.size:
            words = f"{rows:,} of {exact.size:,} {whose} are the others {told}"
            return Cause("rounding", rows, words, rows / exact.size)
    return None


def _same(way: Callable[[Floats], Floats], exact: Floats, rough: Floats) -> int:
    """Return how many values are those that ``way`` makes, but for the last bits."""
    with np.errstate(over="ignore", invalid="ignore"):
        return int((np.abs(rough - way(exact)) <= BITS * (1 + np.abs(rough))).sum())


def _ways() -> list[tuple[str, Callable[[Floats], Floats]]]:
    single: Callable[[Floats], Floats] = lambda x: x.astype(np.float32).astype(np.float64)  # noqa: E731 - one of a list
    ways: list[tuple[str, Callable[[Floats], Floats]]] = [("as 32-bit numbers", single)]
    for digits in DIGITS:
        ways.append((f"rounded to {digits} digits after the point", _round(digits)))
        ways.append((f"cut after {digits} digits after the point", _cut(digits)))
    return ways


def _round(digits: int) -> Callable[[Floats], Floats]:
    return lambda x: np.round(x, digits)


def _cut(digits: int) -> Callable[[Floats], Floats]:
    scale = 10.0**digits
    return lambda x: np.trunc(x * scale) / scale


def _noise(x: Floats, y: Floats) -> Cause | None:
    apart = np.abs(x - y) / np.maximum(np.abs(x), np.abs(y))
    rows = int((apart <= TINY).sum())
    if rows < EXPLAINS * x.size:
        return None
    worst = float(apart.max())
    words = f"the values differ by at most {worst:.1g} of their size: arithmetic"
    return Cause("rounding", rows, words, rows / x.size)
