"""Ids of served rows: UUIDs of version 7, which say when the row was served (RFC 9562, 5.7)."""

from uuid import UUID

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown

RANDOM_BYTES = 10
"""Random bytes that an id needs."""


def served_ids(milliseconds: int, count: int, random: bytes) -> list[str]:
    """Return ``count`` ids of rows served so many milliseconds after 1970; 10 random bytes each.

    They ascend, so that rows of one answer keep their order by their ids.
    """
    head = f"{milliseconds:012x}"
    start = f"{head[:8]}-{head[8:]}-7"
    ids = []
    for place in range(0, count * RANDOM_BYTES, RANDOM_BYTES):
        tail = random[place : place + RANDOM_BYTES].hex()
        variant = "89ab"[int(tail[3], 16) & 3]
        ids.append(f"{start}{tail[:3]}-{variant}{tail[4:7]}-{tail[7:19]}")
    return sorted(ids)


def milliseconds_of(served_id: UUID) -> int:
    """Return the milliseconds from 1970 to when the row of an id was served."""
    return served_id.int >> 80


def check_served_id(given: object) -> UUID:
    """Return the id of a served row, given as text or UUID; raise ``InvalidInputError``."""
    if isinstance(given, UUID):
        return given
    try:
        return UUID(given if isinstance(given, str) else "")
    except ValueError:
        raise InvalidInputError(
            f"served_id is {shown(given)}; give the id that get_online_features(..., "
            "served_id=True) returned"
        ) from None
