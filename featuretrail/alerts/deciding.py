"""Deciding anew where someone else was first."""

from collections.abc import Callable
from typing import TypeVar

from featuretrail.domain.errors import ConcurrencyError

T = TypeVar("T")

ATTEMPTS = 10


def decided_again(decide: Callable[[], T]) -> T:
    """Return what ``decide`` does, which reads, decides and appends; anew where others moved it.

    Raises ``ConcurrencyError`` after ten attempts.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return decide()
        except ConcurrencyError:
            continue
    return decide()
