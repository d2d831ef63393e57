"""Offsets: where a message stands in its partition, so that it is stored once and in order."""

import re

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown

Offset = int | str
"""A whole number from 0 (Kafka, JetStream), or several joined by ``-`` (Redis: ``"1718000-3"``)."""

OffsetKey = tuple[int, ...]
"""An offset as it is compared: number by number."""

_TOKEN = re.compile(r"[0-9]{1,40}(-[0-9]{1,40}){0,3}")


def offset_key(given: object) -> OffsetKey:
    """Return an offset in the form that is compared; raise ``InvalidInputError`` for what is none.

    >>> offset_key(17), offset_key("1718000000000-3")
    ((17,), (1718000000000, 3))
    >>> offset_key("9-10") > offset_key("9-9")
    True
    """
    if type(given) is int and given >= 0:
        return (given,)
    if isinstance(given, str) and _TOKEN.fullmatch(given):
        return tuple(int(number) for number in given.split("-"))
    raise InvalidInputError(
        f"an offset is {shown(given)}; give a whole number from 0, or such numbers joined by '-' "
        "that grow from message to message of a partition, as in '1718000000000-3'"
    )


def offset_text(key: OffsetKey) -> str:
    """Return an offset as it is recorded.

    >>> offset_text((1718000000000, 3))
    '1718000000000-3'
    """
    return "-".join(map(str, key))


def offset_of(key: OffsetKey) -> Offset:
    """Return an offset as callers give it: a number where it is one, else its text."""
    return key[0] if len(key) == 1 else offset_text(key)


def is_after(key: OffsetKey, last: OffsetKey | None) -> bool:
    """Tell whether the message at ``key`` follows ``last``, the last one taken.

    Raises ``InvalidInputError`` for offsets of two kinds, which have no order.
    """
    if last is None:
        return True
    if len(key) != len(last):
        raise InvalidInputError(
            f"offset {offset_text(key)!r} follows {offset_text(last)!r} in one partition; the "
            "offsets of a source are of one kind: give another source its own name"
        )
    return key > last
