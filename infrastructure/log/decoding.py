"""Between events and the bytes the log keeps: UTF-8 JSON with the class version first."""

import json
from functools import cache
from typing import Any, Protocol, cast
from uuid import UUID

from pydantic_core import PydanticSerializationError

from featuretrail.domain.errors import ChainBrokenError, InvalidInputError, SchemaError
from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import event_class

_NO_STREAM = UUID(int=0)
_NO_PLACE = b'{"originator_id":"%s","originator_version":0,' % _NO_STREAM.hex.encode()


class Stored(Protocol):
    """An event as the log holds it: the library's ``StoredEvent``, or our ``RecordedEvent``."""

    @property
    def originator_id(self) -> UUID | str:
        """The stream."""

    @property
    def originator_version(self) -> int:
        """The place in the stream."""

    @property
    def topic(self) -> str:
        """The kind of event."""

    @property
    def state(self) -> bytes:
        """The event's own fields as JSON."""


def encode(event: Event) -> bytes:
    """Return ``event``'s own fields as JSON, ``class_version`` first.

    Raises ``InvalidInputError`` for a value that JSON cannot hold, such as half a surrogate pair.
    """
    try:
        fields = event.__pydantic_serializer__.to_json(event)
    except PydanticSerializationError as error:
        raise InvalidInputError(f"{event.TOPIC!r} cannot be recorded as JSON: {error}") from error
    return _preamble(type(event).class_version) + fields[1:]


def decode(stored: Stored, position: int) -> Event:
    """Return the event that ``stored`` holds, upcast to the present class version.

    Raises ``NotFoundError`` for a topic this library does not know, ``SchemaError`` for a class
    version newer than it knows, ``ChainBrokenError`` for a state that cannot be read.
    """
    kind = event_class(stored.topic)
    preamble, state = _preamble(kind.class_version), stored.state
    try:
        current = state.startswith(preamble)
        fields = state[len(preamble) :] if current else _upcast(kind, stored, position)
        event = kind.__pydantic_validator__.validate_json(_NO_PLACE + fields)
        if event.originator_version != 0 or event.originator_id != _NO_STREAM:
            raise ValueError("its state claims a place")  # noqa: TRY301 - as any other fault
    except (ValueError, KeyError, TypeError) as error:  # of JSON, pydantic and upcasters
        raise ChainBrokenError(position, f"{_name(stored)} cannot be read: {error}") from error
    stream = stored.originator_id
    # its place is put in here: as JSON it would cost a sixth of the decoding
    object.__setattr__(event, "originator_id", stream if isinstance(stream, UUID) else UUID(stream))
    object.__setattr__(event, "originator_version", stored.originator_version)
    return cast("Event", event)


@cache
def _preamble(class_version: int) -> bytes:
    return b'{"class_version":%d,' % class_version


def _upcast(kind: type[Event], stored: Stored, position: int) -> bytes:
    state: dict[str, Any] = json.loads(stored.state)
    written = state.pop("class_version", None) if isinstance(state, dict) else None
    if type(written) is not int or written < 1:
        raise ValueError("its state is no JSON object with a class_version")
    if written > kind.class_version:
        raise SchemaError(
            f"event {position} of the log ({_name(stored)}) has class version {written}, this "
            f"library knows {kind.class_version}: upgrade featuretrail"
        )
    return json.dumps(kind.upcast(state, written)).encode()[1:]


def _name(stored: Stored) -> str:
    return (
        f"version {stored.originator_version} of stream {stored.originator_id} ({stored.topic!r})"
    )
