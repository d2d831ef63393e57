"""Whether a pattern shows anything: it must hold where it would not hold by chance."""

from typing import Any

import numpy as np

from featuretrail.domain.consistency.cause import LEAST
from featuretrail.domain.consistency.column import Mask
from featuretrail.domain.consistency.pairing import Ints

CLEARLY = 3
"""How many times as many rows must speak for a pattern as against it."""


def exchanged(size: int) -> Ints:
    """Return for each of ``size`` rows another one, each once, in an order that is always the same.

    A pattern between two columns that holds as well for exchanged rows is one of their values
    alone: a column of nearly nothing but 0 agrees with the row before whatever was altered.
    """
    order = np.random.default_rng(0).permutation(size)
    others = np.empty(size, np.int64)
    others[order] = np.roll(order, 1)
    return others


def shows(holds: Mask, by_chance: Mask) -> bool:
    """Tell whether rows speak for a pattern that ``holds``, and for exchanged rows ``by_chance``.

    Only rows in which the two differ say anything, as in McNemar's test (Psychometrika 12, 1947).
    """
    speaking = int((holds & ~by_chance).sum())
    against = int((by_chance & ~holds).sum())
    return speaking >= max(LEAST, CLEARLY * against)


def fits(way: Any, x: Any, y: Any) -> tuple[Mask, bool]:  # noqa: ANN401 - a function of two columns
    """Return where ``way(x, y)`` holds, and whether that shows anything."""
    holds: Mask = way(x, y)
    return holds, shows(holds, way(x[exchanged(len(x))], y))
