"""A message of a source, and how the bytes of one become the columns of a row."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown
from featuretrail.domain.streaming.offsets import OffsetKey, offset_key

Row = Mapping[str, Any]
Content = Row | bytes | bytearray | memoryview
Decode = Callable[[bytes], Row]
"""Makes a row of a message's bytes; what it raises is why the message is parked."""

_SPACED = re.compile(r'"\s')
"""A quote and a space. Without any, each name of an object shows as ``":``, and as many of them as
there are columns leave no room for a name that occurs twice, which takes longer to look for."""


class Message(NamedTuple):
    """One message: where it stands, its row or its undecoded bytes, its bytes if they are known."""

    partition: str
    key: OffsetKey
    content: Row | bytes
    payload: bytes | None = None

    @property
    def raw(self) -> bytes:
        """The message byte for byte; of one given as columns, their JSON (or Python's spelling)."""
        if self.payload is not None:
            return self.payload
        if isinstance(self.content, bytes):
            return self.content
        try:
            return to_json(self.content, inf_nan_mode="constants", fallback=repr)
        except ValueError:  # no JSON can say it: surrogates, bytes that are no UTF-8, pandas' NaT
            return repr(self.content).encode(errors="backslashreplace")

    @property
    def size(self) -> int:
        """How many bytes it came as, 0 for one given as columns alone."""
        return len(self.content if isinstance(self.content, bytes) else self.payload or b"")


def messages_of(
    content: Content | Sequence[Content],
    partition: str,
    offset: object,
    payload: bytes | Sequence[bytes] | None,
) -> list[Message]:
    """Return one message, or several whose offsets (and payloads, if given) are lists too.

    Raises ``InvalidInputError`` for what is neither bytes nor a mapping of columns.
    """
    if isinstance(content, Mapping | bytes | bytearray | memoryview):
        return [Message(partition, offset_key(offset), _taken(content), _bytes(payload))]
    if not isinstance(content, Collection) or isinstance(content, str):
        raise _no_message(content)
    offsets = _listed("offset", offset, len(content))
    payloads = (
        [None] * len(offsets) if payload is None else _listed("payload", payload, len(content))
    )
    return [
        Message(partition, offset_key(one), _taken(each), _bytes(kept))
        for each, one, kept in zip(content, offsets, payloads, strict=True)
    ]


def decode_json(content: bytes) -> Row:
    """Return the JSON object in ``content``, which is UTF-8; ``NaN`` is the number.

    Raises ``ValueError`` for what is none, also where a name occurs twice.
    """
    text = content.decode()
    try:
        row = json.loads(text)
        if not isinstance(row, dict):
            raise TypeError(f"its JSON is {shown(row)}, not an object of columns")
        if text.count('":') != len(row) or _SPACED.search(text) is not None:
            json.loads(text, object_pairs_hook=_distinct)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    return row


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"its JSON has {twice!r} more than once")
    return row


def _taken(content: object) -> Row | bytes:
    if isinstance(content, bytes | Mapping):
        return content
    if isinstance(content, bytearray | memoryview):
        return bytes(content)
    raise _no_message(content)


def _no_message(content: object) -> InvalidInputError:
    return InvalidInputError(
        f"a message is {shown(content)}; give a mapping of columns, or bytes to be decoded, or a "
        "list of such"
    )


def _bytes(payload: object) -> bytes | None:
    if payload is None or isinstance(payload, bytes):
        return payload
    raise InvalidInputError(f"a payload is {shown(payload)}; give the message's bytes")


def _listed(what: str, given: object, count: int) -> Sequence[object]:
    if isinstance(given, Sequence) and not isinstance(given, str | bytes) and len(given) == count:
        return given
    raise InvalidInputError(
        f"{count} messages come with {what} {shown(given)}; give a list with one for each"
    )
