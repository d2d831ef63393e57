"""Erasing from the parked messages of streams."""

import json
import re
from typing import Any

from attrs import frozen

from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.queries import query


@frozen
class HeldMessages:
    """Parked messages of entities by their numbers, and how many of others nobody could read."""

    numbers: tuple[int, ...] = ()
    unread: int = 0


def held_messages(connection: AnyConnection, group: str, entities: Entities) -> HeldMessages:
    """Find the messages parked for ``group`` that hold one of ``entities``.

    A message that is a JSON object with all key columns is of the entity that it names. Any other
    is taken for one of an entity if all its keys occur in it as words; else it is unread.
    """
    found, unread = [], 0
    words = [_words(texts) for texts in entities.texts]
    for number, payload in connection.execute(query("erasing/parked_of"), {"group": group}):
        row = _row(bytes(payload))
        if row is not None and all(name in row for name in entities.types):
            if entities.match(row):
                found.append(number)
        elif any(all(word.search(payload) for word in each) for each in words):
            found.append(number)
        else:
            unread += 1
    return HeldMessages(tuple(found), unread)


def erase_messages(connection: AnyConnection, held: HeldMessages) -> None:
    """Delete the messages that were found."""
    if held.numbers:
        connection.execute(query("streams/discard"), {"numbers": list(held.numbers)})


def _row(payload: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(payload)
    except ValueError:  # no JSON, or no text
        return None
    return row if isinstance(row, dict) else None


def _words(texts: tuple[str, ...]) -> list[re.Pattern[bytes]]:
    return [
        re.compile(rb"(?<![0-9A-Za-z_])" + re.escape(text.encode()) + rb"(?![0-9A-Za-z_])")
        for text in texts
    ]
