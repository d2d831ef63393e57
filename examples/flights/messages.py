"""December as messages: what a station or an airport would send, one JSON object each."""

import json
from datetime import datetime
from typing import Final

import pyarrow as pa

UNREADABLE: Final = (
    b"\xff\xfe\x00",
    b'{"origin": "EWR", "event_time": "2013-12-05T12:00:00+00:00", "temp": "n/a"}',
)
"""What a broken station sends: bytes that are no text, and a temperature that is no number."""

AFTER: Final = 1_000
"""Messages of December before those two."""


def messages(table: pa.Table) -> list[bytes]:
    """Return a message for each row, in order of event time."""
    ordered = table.sort_by("event_time")
    return [json.dumps(row, default=datetime.isoformat).encode() for row in ordered.to_pylist()]


def with_unreadable(sound: list[bytes]) -> list[bytes]:
    """Return the messages with two among them that nobody can read."""
    return [*sound[:AFTER], *UNREADABLE, *sound[AFTER:]]
