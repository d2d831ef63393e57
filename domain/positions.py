"""Positions of the log as callers give them."""

import numpy as np

from featuretrail.domain.errors import InvalidInputError, NotFoundError


def as_position(given: object, what: str, otherwise: str = "") -> int:
    """Return ``given`` as a position: a whole number from 0, Python's or numpy's.

    Raises ``InvalidInputError`` for anything else; ``otherwise`` names what else could be given.
    """
    number = int(given) if isinstance(given, np.integer) else given
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise InvalidInputError(f"{what} is {given!r}; give a position (0, 1, 2, ...){otherwise}")
    return number


def check_reached(position: int, head: int) -> None:
    """Raise ``NotFoundError`` for a position that the log, which ends at ``head``, lacks."""
    if position > head:
        raise NotFoundError("position", position, [f"0 to {head}"])
