"""Times, positions and keys as they are written on a command line."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer

from featuretrail.domain.errors import InvalidInputError

At = Annotated[
    str | None,
    typer.Option(
        metavar="POSITION|TIME",
        help="As of this position of the log, or this time (2013-05-01T12:00:00Z).",
        show_default=False,
    ),
]
"""An option ``--at``: what was, then."""


def instant(text: str, option: str) -> datetime:
    """Return the instant ``text`` names, ISO 8601 with a zone; raise ``InvalidInputError``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            f"{option} {text!r} is no time; write it as 2013-05-01T12:00:00Z"
        ) from None
    if moment.tzinfo is None:
        raise InvalidInputError(
            f"{option} {text!r} has no time zone, so it names no instant; end it with Z for UTC or "
            "an offset such as -05:00"
        )
    return moment


def known_at(text: str | None) -> int | datetime | None:
    """Return the position or the instant that ``--known-at`` names."""
    return None if text is None else moment(text, "--known-at")


def moment(text: str, option: str) -> int | datetime:
    """Return the position or the instant that ``text`` names; raise ``InvalidInputError``."""
    if text.isascii() and text.isdigit() and len(text) <= 19:
        return int(text)
    if re.fullmatch(r"[+-]?\d+", text):
        raise InvalidInputError(f"{option} {text!r} is no position; they are 0, 1, 2, ...")
    return instant(text, option)


def moment_or_version(text: str, option: str) -> int | datetime | str:
    """Return a position, an instant, or the semantic version (as text) that ``text`` names."""
    return text if re.fullmatch(r"\d+\.\d+\.\d+", text) else moment(text, option)


def entity_key(pairs: Sequence[str], types: Mapping[str, str]) -> dict[str, str | int]:
    """Return the entity that ``--key column=value`` options name, typed as its group says."""
    given = dict(_pair(text) for text in pairs)
    if len(given) < len(pairs) or set(given) != set(types):
        wanted = " ".join(f"--key {name}=..." for name in types)
        raise InvalidInputError(f"the entity is named by {wanted}, each once; given: {pairs}")
    return {name: _typed(name, given[name], dtype) for name, dtype in types.items()}


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInputError(f"--key {text!r} must read column=value")
    return name, value


def _typed(name: str, value: str, dtype: str) -> str | int:
    if dtype == "text":
        return value
    try:
        return int(value)
    except ValueError:
        raise InvalidInputError(f"--key {name}={value!r} is no whole number") from None
