"""Proving the log: every digest recomputed from the rows, no gap, no time going back, one end.

The rows come as the bytes that PostgreSQL sends, which are what the digests cover: so the proof
does not rest on the schema's own function; the server only encodes the topics.
"""

import struct
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from hashlib import sha256
from typing import Any

import attrs
import psycopg
from psycopg.types.numeric import Int8
from psycopg.types.string import ByteaBinaryLoader

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query_text

AnyConnection = psycopg.Connection[Any]
Progress = Callable[[int, int], object]
Fault = tuple[int, str]
ChainRow = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes]

STRETCH = 50_000  # rows of one statement: far below the statement timeout
CHUNK = 200  # rows held at once: few enough for the processor's cache
GENESIS = bytes(32)

_int4 = struct.Struct(">i").pack
_int8 = struct.Struct(">q").pack


@attrs.frozen
class ChainReport:
    """What verification found: the first broken position, if any, and why.

    ``head_digest`` is the digest recomputed from the events. Whoever keeps it elsewhere can later
    show that nothing before it was rewritten, not even by someone who recomputed every digest.
    """

    events: int
    head_digest: bytes = attrs.field(repr=bytes.hex)
    first_fault_position: int | None = None
    reason: str = "every event holds"

    @property
    def ok(self) -> bool:
        """Whether the whole log holds."""
        return self.first_fault_position is None


def verify_chain(source: Database | AnyConnection, progress: Progress | None = None) -> ChainReport:
    """Recompute the digest chain of the whole log and compare it with what is stored.

    ``progress`` is called now and then with the number of verified events and the position of
    the head. Appends may go on meanwhile; they are verified too.
    """
    with _connection(source) as connection:
        walk = _Walk(connection)
        while (fault := walk.advance()) is None and not walk.finished:
            if progress is not None:
                progress(walk.events, walk.head)
        if progress is not None and fault is None:
            progress(walk.events, walk.events)
    return ChainReport(walk.events, walk.digest, *(fault or ()))


class _Walk:
    """The way along the chain: what the next event must follow."""

    def __init__(self, connection: AnyConnection) -> None:
        self._connection = connection
        self.events = 0
        self.digest = GENESIS
        self.recorded_at = b""
        self.finished = False
        self.head = self._end()[3]

    def advance(self) -> Fault | None:
        """Verify the next stretch of the log, or its end when nothing is left."""
        before = self.events
        with closing(self._stretch()) as rows:
            fault = self._verify(rows)
        return self._verify_end() if fault is None and self.events == before else fault

    def _stretch(self) -> Generator[ChainRow]:
        """Yield the next rows while the server sends more, so that both sides work at once."""
        facts = {"after": Int8(self.events), "limit": Int8(STRETCH)}
        with self._connection.cursor(binary=True) as cursor:
            for name in ("int8", "int4", "timestamptz", "uuid"):
                cursor.adapters.register_loader(name, ByteaBinaryLoader)  # as it is sent
            yield from cursor.stream(query_text("log/chain"), facts, size=CHUNK)

    def _verify(self, rows: Iterator[ChainRow]) -> Fault | None:
        events, digest, last_time = self.events, self.digest, self.recorded_at
        fault: Fault | None = None
        for position, recorded_at, stream, version, topic, state, stored in rows:
            sizes = _int4(len(topic)), _int4(len(state))
            covered = (position, recorded_at, stream, version, sizes[0], topic, sizes[1], state)
            computed = sha256(digest + b"".join(covered)).digest()
            if position != _int8(events + 1):
                fault = (events + 1, f"the event is missing: the next one is {_number(position)}")
            elif computed != stored:
                fault = (events + 1, "the event or its digest was altered: they do not agree")
            elif recorded_at < last_time:
                fault = (events + 1, "the event was recorded before the one it follows")
            if fault is not None:
                break
            events, digest, last_time = events + 1, computed, recorded_at
        self.events, self.digest, self.recorded_at = events, digest, last_time
        return fault

    def _verify_end(self) -> Fault | None:
        position, digest, recorded_at, last = self._end()
        if position is None:
            self.finished = True
            return (self.events, "the head of the log is missing: nothing can be appended")
        self.head = position
        if last > self.events:  # appended since the last page was read
            return None
        self.finished = True
        if position > self.events:
            return (self.events + 1, f"the event is missing: the head is at {position}")
        if position < self.events:
            return (position + 1, f"the event lies beyond the head, which is at {position}")
        if digest != self.digest or recorded_at != (self.recorded_at or None):
            return (position, "the head of the log was altered: it disagrees with the last event")
        return None

    def _end(self) -> tuple[int | None, bytes, bytes | None, int]:
        [row] = self._connection.execute(query_text("log/end"), prepare=True, binary=True)
        position, digest, recorded_at, last = row
        return position, digest, recorded_at, last


def _number(sent: bytes) -> int:
    return int.from_bytes(sent, signed=True)


def _connection(source: Database | AnyConnection) -> AbstractContextManager[AnyConnection]:
    return source.connection() if isinstance(source, Database) else nullcontext(source)
