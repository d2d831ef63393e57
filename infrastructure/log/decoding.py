"""Between events and the bytes the log keeps: UTF-8 JSON with the class version first."""

import json
from functools import cache
from typing import Any

from eventsourcing.persistence import StoredEvent
from pydantic import ValidationError

from featuretrail.domain.errors import ChainBrokenError, SchemaError
from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import event_class


def encode(event: Event) -> bytes:
    """Return ``event``'s own fields as JSON, ``class_version`` first."""
    fields = event.__pydantic_serializer__.to_json(event)
    return _preamble(type(event).class_version) + fields[1:]


def decode(stored: StoredEvent, position: int) -> Event:
    """Return the event that ``stored`` holds, upcast to the present class version.

    Raises ``NotFoundError`` for a topic this library does not know, ``SchemaError`` for a class
    version newer than it knows, ``ChainBrokenError`` for a state that cannot be read.
    """
    kind = event_class(stored.topic)
    preamble = _preamble(kind.class_version)
    state = bytes(stored.state)
    fields = state[len(preamble) :] if state.startswith(preamble) else None
    try:
        if fields is None:
            fields = _upcast(kind, stored, position)
        return kind.model_validate_json(_identity(stored) + fields)
    except (ValidationError, ValueError) as error:
        raise ChainBrokenError(position, f"{_name(stored)} cannot be read: {error}") from error


@cache
def _preamble(class_version: int) -> bytes:
    return b'{"class_version":%d,' % class_version


def _identity(stored: StoredEvent) -> bytes:
    return b'{"originator_id":"%s","originator_version":%d,' % (
        str(stored.originator_id).encode(),
        stored.originator_version,
    )


def _upcast(kind: type[Event], stored: StoredEvent, position: int) -> bytes:
    state: dict[str, Any] = json.loads(stored.state)
    written = state.pop("class_version", None) if isinstance(state, dict) else None
    if not isinstance(written, int) or written < 1:
        raise ValueError("its state is no JSON object with a class_version")
    if written > kind.class_version:
        raise SchemaError(
            f"event {position} of the log ({_name(stored)}) has class version {written}, this "
            f"library knows {kind.class_version}: upgrade featuretrail"
        )
    return json.dumps(kind.upcast(state, written)).encode()[1:]


def _name(stored: StoredEvent) -> str:
    return (
        f"version {stored.originator_version} of stream {stored.originator_id} ({stored.topic!r})"
    )
