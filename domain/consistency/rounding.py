"""Differences that rounding makes: to digits, to whole numbers, to 32 bits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause

Floats = NDArray[np.float64]

DIGITS = range(9, -1, -1)
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
        with np.errstate(over="ignore", invalid="ignore"):
            rows = int(np.isclose(rough, way(exact), rtol=1e-12, atol=1e-12).sum())
        if rows >= EXPLAINS * exact.size:
            words = f"{rows:,} of {exact.size:,} {whose} are the others {told}"
            return Cause("rounding", rows, words, rows / exact.size)
    return None


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
