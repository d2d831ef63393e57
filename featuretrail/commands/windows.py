"""Windows of event time and thresholds, as they are written on a command line."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from featuretrail.commands.moments import instant
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.quality.window import Window

Last = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION", help="The last 12h, 7d or so, up to the newest value.",
        show_default=False,
    ),
]  # fmt: skip
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="Event times from this on.", show_default=False)
]
Until = Annotated[
    str | None, typer.Option(metavar="TIME", help="Event times before this.", show_default=False)
]
Threshold = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[FEATURE:]NAME=NUMBER",
        help="From what on a difference counts, such as ks=0.1 or weather.temp:ks=0.1; repeatable.",
        show_default=False,
    ),
]

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def window_of(last: str | None, since: str | None, until: str | None) -> Window | None:
    """Return the window that the options name, ``None`` when there are none."""
    if last is not None:
        if since is not None or until is not None:
            raise InvalidInputError("--last is given with --since or --until; give one of the two")
        return _duration(last)
    if since is None and until is None:
        return None
    return (
        None if since is None else instant(since, "--since"),
        None if until is None else instant(until, "--until"),
    )


def thresholds_of(pairs: Sequence[str] | None) -> dict[str, dict[str, float]] | None:
    """Return the thresholds that ``--threshold`` options name, by feature, ``*`` for all."""
    if not pairs:
        return None
    found: dict[str, dict[str, float]] = {}
    for text in pairs:
        match = re.fullmatch(r"(?:([^:=]+):)?(\w+)=([-+.\w]+)", text)
        if match is None:
            raise InvalidInputError(
                f"--threshold {text!r} must read NAME=NUMBER or FEATURE:NAME=NUMBER"
            )
        feature, name, number = match.groups()
        found.setdefault(feature or "*", {})[name] = _number(text, number)
    return found


def _number(text: str, number: str) -> float:
    try:
        return float(number)
    except ValueError:
        raise InvalidInputError(f"--threshold {text!r} ends with no number") from None


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if match is None:
        raise InvalidInputError(f"--last is {text!r}; give 90m, 12h, 7d or so")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
