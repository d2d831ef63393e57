"""JSON values of callers, checked so that what is written to the log can be read for ever."""

import math
from collections.abc import Mapping

import numpy as np

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import JsonObject
from featuretrail.domain.inputs import check_text, shown

MAX_DEPTH = 64
"""Lists and objects within one another: readers of JSON give up at some depth (ours at 200)."""

_INTEGERS = range(-(2**63), 2**63)


def check_json(what: str, given: object) -> object:
    """Return ``given`` as JSON keeps it: text, finite numbers, booleans, null, lists, objects.

    Tuples become lists and numpy's numbers plain ones. Raises ``InvalidInputError``, naming the
    place, for anything else: NaN and infinities, whole numbers beyond 64 bits, keys that are no
    text, text that is not Unicode or holds NUL, more than ``MAX_DEPTH`` levels.
    """
    try:
        return _kept(given, what, 0)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"{what} cannot be kept as JSON: {error}; give text, finite numbers, booleans, None, "
            "and lists and dicts of them"
        ) from None


def check_json_object(what: str, given: object) -> JsonObject:
    """Return the mapping ``given`` as a JSON object; raises as ``check_json``."""
    kept = check_json(what, given)
    if not isinstance(kept, dict):
        raise InvalidInputError(f"{what} is {shown(given)}; give a mapping with string keys")
    return kept


def _kept(value: object, place: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise InvalidInputError(f"{place[:80]}... lies more than {MAX_DEPTH} levels deep")
    kept: object
    match value:
        case None | bool():
            kept = value
        case str():
            kept = check_text(place, value)
        case np.generic():
            kept = _kept(_plain(value, place), place, depth)
        case int() if value in _INTEGERS:
            kept = int(value)
        case float() if math.isfinite(value):
            kept = value
        case Mapping():
            kept = {
                _key(key, place): _kept(item, f"{place}[{key!r}]", depth + 1)
                for key, item in value.items()
            }
        case list() | tuple():
            kept = [_kept(item, f"{place}[{n}]", depth + 1) for n, item in enumerate(value)]
        case _:
            raise InvalidInputError(f"{place} is {shown(value)}")
    return kept


def _plain(value: np.generic, place: str) -> object:
    plain = value.item()
    if isinstance(plain, np.generic):  # a long double, which no plain number can hold
        raise InvalidInputError(f"{place} is {shown(value)}")
    return plain


def _key(key: object, place: str) -> str:
    if not isinstance(key, str):
        raise InvalidInputError(f"{place} has the key {shown(key)}")
    return check_text(f"a key of {place}", key)
