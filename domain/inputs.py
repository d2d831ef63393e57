"""What callers give, checked before it becomes an event: text, numbers, choices, names.

Every ``check_*`` function returns what it was given in the form that is recorded, or raises
``InvalidInputError`` with a message that begins with ``what`` was given.
"""

import math
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar
from uuid import UUID

import numpy as np

from featuretrail.domain.errors import InvalidInputError, InvalidNameError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.versions import Version

T = TypeVar("T")

MAX_LABEL = 500
"""Characters of a label: at most 2,000 bytes of UTF-8, which fit in an index entry."""

MAX_SHOWN = 200
"""Characters of a refused value that a message shows."""

MAX_COUNT = 2**63 - 1


def shown(given: object) -> str:
    """Return ``given`` as a message shows it, cut where it is long."""
    try:
        text = repr(given)
    except (ValueError, RecursionError):  # whole numbers of thousands of digits, lists in lists
        return f"of type {type(given).__name__}, too long or too deep to print"
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def optional(check: Callable[[str, object], T], what: str, given: object) -> T | None:
    """Return ``check(what, given)``, or ``None`` when nothing is given."""
    return None if given is None else check(what, given)


def check_text(what: str, given: object) -> str:
    """Return text of any length and script, lines included, that JSON and PostgreSQL can hold."""
    if not isinstance(given, str):
        raise InvalidInputError(f"{what} is {shown(given)}; give text")
    try:
        given.encode()
    except UnicodeEncodeError:
        raise InvalidInputError(f"{what} is {shown(given)}, which is not valid Unicode") from None
    if "\0" in given:
        raise InvalidInputError(
            f"{what} is {shown(given)}; remove the character NUL, which PostgreSQL cannot store"
        )
    return given


def check_label(what: str, given: object) -> str:
    """Return one line of text: 1 to 500 printable characters."""
    if not isinstance(given, str) or not given or not given.isprintable() or len(given) > MAX_LABEL:
        raise InvalidInputError(
            f"{what} is {shown(given)}; give 1 to {MAX_LABEL} printable characters"
        )
    return given


def check_labels(what: str, given: object) -> list[str]:
    """Return several labels, each once, sorted."""
    return sorted({check_label(f"one of {what}", label) for label in several(what, given)})


def several(what: str, given: object) -> Iterable[object]:
    """Return ``given`` if it holds several things, and is not text."""
    if not isinstance(given, Iterable) or isinstance(given, str | bytes):
        raise InvalidInputError(f"{what} is {shown(given)}; give a list")
    return given


def check_choice(what: str, given: object, choices: Collection[str]) -> str:
    """Return one of ``choices``."""
    if not isinstance(given, str) or given not in choices:
        raise InvalidInputError(
            f"{what} is {shown(given)}; give one of {', '.join(map(repr, choices))}"
        )
    return given


def check_flag(what: str, given: object) -> bool:
    """Return a truth value; numbers are none."""
    if not isinstance(given, bool | np.bool_):
        raise InvalidInputError(f"{what} is {shown(given)}; give True or False")
    return bool(given)


def check_count(what: str, given: object, least: int = 0) -> int:
    """Return a whole number from ``least`` that 64 bits hold."""
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        number = int(given)
        if least <= number <= MAX_COUNT:
            return number
        if number > MAX_COUNT:
            raise InvalidInputError(f"{what} is {shown(given)}; give at most {MAX_COUNT}")
    raise InvalidInputError(f"{what} is {shown(given)}; give a whole number from {least}")


def check_number(what: str, given: object) -> float:
    """Return a finite number."""
    return _within(what, given, -math.inf, math.inf, "a finite number")


def check_amount(what: str, given: object) -> float:
    """Return a finite number from 0: a duration, a size, a distance."""
    return _within(what, given, 0.0, math.inf, "a finite number from 0")


def check_score(what: str, given: object) -> float:
    """Return a number from 0 to 100."""
    return _within(what, given, 0.0, 100.0, "a number from 0 to 100")


def check_id(what: str, given: object) -> UUID:
    """Return the id of a stream."""
    if not isinstance(given, UUID):
        raise InvalidInputError(f"{what} is {shown(given)}; give a UUID")
    return given


def check_version(what: str, given: object) -> str:
    """Return a version as text, such as ``1.0.0``; raise ``InvalidNameError``."""
    try:
        return str(Version.parse(given))
    except InvalidNameError as error:
        raise InvalidNameError(what, given, error.reason) from None


def check_feature(given: object) -> str:
    """Return a feature's name, ``group.feature``; raise ``InvalidNameError``."""
    reference = _reference(given)
    if reference.version is not None:
        raise InvalidNameError("feature", str(given), "has a version where all of them are meant")
    return reference.path


def check_feature_version(given: object) -> FeatureReference:
    """Return one version of a feature, ``group.feature@1.0.0``; raise ``InvalidNameError``."""
    reference = _reference(given)
    if reference.version is None:
        raise InvalidNameError("feature", str(given), "names no version; add one, such as '@1.0.0'")
    return reference


def _reference(given: object) -> FeatureReference:
    # a reference that was not parsed may have any parts
    return FeatureReference.parse(str(given) if isinstance(given, FeatureReference) else given)


def _within(what: str, given: object, least: float, greatest: float, wanted: str) -> float:
    if isinstance(given, int | float | np.integer | np.floating) and not isinstance(given, bool):
        try:
            number = float(given)
        except OverflowError:
            number = math.inf
        if math.isfinite(number) and least <= number <= greatest:
            return number + 0.0  # there is one zero
    raise InvalidInputError(f"{what} is {shown(given)}; give {wanted}")
