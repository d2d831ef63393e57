"""When a comparison passes, warns or fails; and how much its outcome is to be trusted."""

import math
from collections.abc import Iterable
from typing import Literal

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_number, shown

Status = Literal["passed", "warning", "failed", "not evaluated"]

WORST_FIRST: tuple[Status, ...] = ("failed", "warning", "passed", "not evaluated")

Z = 1.959963984540054
"""The two-sided 95 % point of the normal distribution."""


@frozen
class ConsistencyLimits:
    """Above which share of rows a fault fails; any smaller one, above 0, is a warning.

    A comparison fails above ``mismatches`` of the compared
    rows of a feature, above ``missing`` of the expected keys, above ``extra`` of the found rows.
    """

    mismatches: float = 0.001
    missing: float = 0.01
    extra: float = 0.01

    def __attrs_post_init__(self) -> None:
        for name in ("mismatches", "missing", "extra"):
            value = getattr(self, name)
            if not 0 <= check_number(name, value) <= 1:
                raise InvalidInputError(f"{name} is {shown(value)}; give a share from 0 to 1")


def judged(count: int, of: int, limit: float) -> Status:
    """Return the status of ``count`` faulty rows among ``of``."""
    if count == 0:
        return "passed"
    return "failed" if of == 0 or count / of > limit else "warning"


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of several statuses; of none, ``not evaluated``."""
    return min(statuses, key=WORST_FIRST.index, default="not evaluated")


def confidence(faults: int, compared: int, expected: int) -> float | None:
    """Return how much evidence a status rests on, 0 to 100; ``None`` if nothing was compared.

    That is ``100 * coverage * (1 - width)``: the coverage is the share of the ``expected`` cells
    that were compared, the width that of the 95 % interval for the share of faults among all such
    cells (Wilson, "Probable inference", Journal of the American Statistical Association 22, 1927).
    Ten cells that agree give 72, a hundred 96, a thousand 99.6.
    """
    if compared == 0 or expected == 0:
        return None
    share, size = faults / compared, Z * Z / compared
    width = 2 * Z * math.sqrt(share * (1 - share) / compared + size / (4 * compared)) / (1 + size)
    return round(100 * min(1.0, compared / expected) * (1 - width), 4)
