"""Durations as they are written on a command line: ``90s``, ``15m``, ``12h``, ``7d``."""

import re
from datetime import timedelta

from featuretrail.domain.errors import InvalidInputError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def period(text: str, option: str) -> timedelta:
    """Return the duration that ``text`` names; raise ``InvalidInputError``."""
    match = re.fullmatch(r"(\d{1,7})([smhd])", text)
    if match is None:
        raise InvalidInputError(f"{option} is {text!r}; give 90s, 15m, 12h, 7d or so")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def optional_period(text: str | None, option: str) -> timedelta | None:
    """Return the duration that ``text`` names, if it is given."""
    return None if text is None else period(text, option)


def spelled(duration: timedelta | None) -> str | None:
    """Return a duration as it is given, in the largest unit that has no rest.

    >>> spelled(timedelta(hours=36)), spelled(timedelta(days=2))
    ('36h', '2d')
    >>> spelled(timedelta(0))
    '0s'
    """
    if duration is None:
        return None
    for unit in reversed(_UNITS):
        length = timedelta(**{_UNITS[unit]: 1})
        if duration % length == timedelta(0) and (duration or unit == "s"):
            return f"{duration // length}{unit}"
    return f"{duration.total_seconds():g}s"
