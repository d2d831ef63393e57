"""The writer of a stream: takes messages, stores them in micro-batches, once and in order."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Literal, Self
from uuid import uuid4

from attrs import evolve, field, frozen
from psycopg.errors import LockNotAvailable

from featuretrail.domain.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    InvalidInputError,
    PoisonMessageError,
)
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.inputs import check_amount, check_label, shown
from featuretrail.domain.streaming.counts import StreamCounts
from featuretrail.domain.streaming.offsets import Offset, OffsetKey, offset_of, offset_text
from featuretrail.infrastructure.access import access
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.streaming.buffer import Buffer
from featuretrail.infrastructure.streaming.computing import Follower
from featuretrail.infrastructure.streaming.layout import Layout, layout_of
from featuretrail.infrastructure.streaming.message import (
    Content,
    Decode,
    Message,
    decode_json,
    messages_of,
)
from featuretrail.infrastructure.streaming.sorting import Poison, Sorted, sort_out
from featuretrail.infrastructure.streaming.storing import (
    MicroBatches,
    Source,
    Stored,
    read_offsets,
)
from featuretrail.infrastructure.values.ingestion import ValueStore

OnPoison = Literal["park", "stop"]

PATIENCE = 30.0
"""Seconds for which a micro-batch is tried again: the database is away, or its group is locked."""

LONGEST_SECONDS = 366 * 86_400.0
"""Threads cannot wait for all times that numbers can say."""

_MICROSECOND = timedelta(microseconds=1)


@frozen
class StreamOptions:
    """How a stream is written; times are seconds. See ``TimescaleDBFeatureStore.stream``."""

    columns: Sequence[str] | None = None
    max_rows: int = 5_000
    max_delay: float = 0.1
    max_pending_rows: int = 50_000
    timeout: float = 60.0
    allowed_lateness: timedelta = timedelta(minutes=1)
    on_poison: OnPoison = "park"
    decode: Decode = decode_json
    metadata: Metadata = field(factory=Metadata)


class StreamWriter:
    """Writes the messages of one source into one feature group. Close it, or use it in ``with``.

    Safe to share between threads, as long as each partition is put by one of them: the messages
    of a partition come in the order of their offsets. What fails in the background is raised by
    the next ``put``, ``flush`` or ``close``, and nothing is stored after it: a writer opened anew
    goes on from ``offsets``.
    """

    def __init__(
        self,
        database: Database,
        registry: RegistryReader,
        values: ValueStore,
        source: Source,
        options: StreamOptions,
        compute: Callable[[], object] | None = None,
    ) -> None:
        self.source = source.name
        self.group = source.group
        self._database = database
        self._registry = registry
        self._options = options
        self._layout = layout_of(registry.current(), source.group, options.columns)
        self._written = [t.given for t in self._layout.targets if t.feature is not None]
        lateness = options.allowed_lateness // _MICROSECOND
        self._batches = MicroBatches(database, values, source, lateness, options.metadata)
        with database.connection() as connection:
            self._stored = read_offsets(connection, source)
        self._buffer = Buffer(
            source.group, options.max_rows, options.max_delay, options.max_pending_rows
        )
        self._buffer.accepted.update({name: each.key for name, each in self._stored.items()})
        self._redelivered: Counter[str] = Counter()
        self._partitions: set[str] = set()
        self._counts = StreamCounts()
        self._position: int | None = None
        self.computing = None if compute is None else Follower(compute)
        self._thread = Thread(target=self._run, name="featuretrail-stream", daemon=True)
        self._thread.start()

    @property
    def offsets(self) -> dict[str, Offset]:
        """The offset each partition is stored up to: read on after it. Empty before the first."""
        return {name: offset_of(each.key) for name, each in self._stored.items()}

    @property
    def accepted(self) -> dict[str, OffsetKey]:
        """The offset of the last message taken from each partition, stored yet or not."""
        return dict(self._buffer.accepted)

    @property
    def counts(self) -> StreamCounts:
        """What was stored, parked and dropped since this writer was opened."""
        # lists, for other threads add partitions meanwhile
        noted = sum(list(self._redelivered.values()))
        dropped = noted + sum(list(self._buffer.redelivered.values()))
        return evolve(self._counts, redelivered=self._counts.redelivered + dropped)

    @property
    def pending(self) -> int:
        """How many messages were taken and are not stored yet."""
        return self._buffer.pending

    @property
    def position(self) -> int | None:
        """The position of the last micro-batch this writer stored, ``None`` before the first."""
        return self._position

    def put(
        self,
        rows: Content | Sequence[Content],
        *,
        partition: str = "0",
        offset: Offset | Sequence[Offset],
        payload: bytes | Sequence[bytes] | None = None,
        timeout: float | None = None,
    ) -> int:
        """Take one message, or a list of them with a list of offsets; return how many are new.

        A message is a mapping of columns, or bytes, which are decoded (as a JSON object unless the
        stream has another decoder); ``payload`` is the bytes a mapping was made of, to be kept if
        it has to be parked. Messages at or below the last offset of their partition were taken
        before and are dropped. Waits while the buffer is full, ``timeout`` seconds at most (the
        stream's own without it): then ``StreamBlockedError``, after which the same call may be
        repeated. Raises ``InvalidInputError`` for what is no message or offset.
        """
        messages = self._messages(rows, partition, offset, payload)
        return self._buffer.put(messages, self._timeout(timeout))

    def offer(
        self, rows: Content | Sequence[Content], *, partition: str = "0", offset: object
    ) -> bool:
        """Take messages as ``put`` does if there is room for all of them; never waits."""
        return self._buffer.offer(self._messages(rows, partition, offset, None))

    def flush(self, timeout: float | None = None) -> None:
        """Wait until every message taken before is stored (or parked)."""
        self._buffer.flush(self._timeout(timeout))

    def check(self) -> None:
        """Raise what failed in the background, if anything did."""
        self._buffer.check()

    def close(self) -> None:
        """Store what was taken, compute what is due, and end."""
        self._buffer.close()
        self._thread.join()
        if self.computing is not None:
            self.computing.close()
        self._buffer.flush(0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"StreamWriter({self.group!r}, source={self.source!r}, offsets={self.offsets})"

    def _timeout(self, given: float | None) -> float:
        return self._options.timeout if given is None else check_seconds("timeout", given)

    def _messages(
        self, rows: Content | Sequence[Content], partition: str, offset: object, payload: object
    ) -> list[Message]:
        if partition not in self._partitions:
            self._partitions.add(check_label("partition", partition))
        return messages_of(rows, partition, offset, payload)  # type: ignore[arg-type]

    def _run(self) -> None:
        try:
            while (taken := self._buffer.take()) is not None:
                self._redelivered.update(self._buffer.take_redelivered())
                self._write(taken)
                self._buffer.done()
                if self.computing is not None:
                    self.computing.trigger()
        except BaseException as error:  # noqa: BLE001 - raised by the next call of the caller's
            self._buffer.fail(error)

    def _write(self, messages: Sequence[Message]) -> None:
        found = sort_out(self._current_layout(), messages, self._options.decode)
        if found.poison and self._options.on_poison == "stop":
            self._stop_at(found.poison[0], messages)
        self._store(found, messages)

    def _store(self, found: Sorted, messages: Sequence[Message]) -> None:
        try:
            self._store_once(found)
        except InvalidInputError as error:  # what only the server knows: its clock, its row size
            if len(messages) > 1:
                middle = len(messages) // 2
                self._write(messages[:middle])
                self._write(messages[middle:])
                return
            poison = Poison(messages[0], str(error))
            if self._options.on_poison == "stop":
                self._stop_at(poison, messages)
            self._store_once(sort_out(self._layout, [], self._options.decode).parking(poison))

    def _store_once(self, found: Sorted) -> None:
        stream, deadline, pause = uuid4(), monotonic() + PATIENCE, 0.1
        while True:
            try:
                with access(self._database, "writer", "`stream`"):
                    receipt, facts = self._batches.store(
                        stream, found, self._stored, self._redelivered
                    )
                break
            except DatabaseError as error:
                if monotonic() > deadline or not _passes(error):
                    raise
                sleep(pause)
                pause = min(2.0, pause * 2)
        self._stored = {**self._stored, **{p.partition: Stored.of(p) for p in facts.partitions}}
        for each in facts.partitions:
            del self._redelivered[each.partition]
        self._counts = self._counts.plus(facts, receipt.rows)
        self._position = receipt.position

    def _stop_at(self, poison: Poison, messages: Sequence[Message]) -> None:
        """Store what came before the poison, then end."""
        place = next(n for n, each in enumerate(messages) if each is poison.message)
        if place > 0:
            self._write(messages[:place])
        raise PoisonMessageError(
            self.source, poison.message.partition, offset_text(poison.message.key), poison.error
        )

    def _current_layout(self) -> Layout:
        registry = self._registry.current()
        if registry is not self._layout.registry:
            self._layout = layout_of(registry, self.group, self._written)
        return self._layout


def check_seconds(what: str, given: object) -> float:
    """Return a time to wait in seconds, of a timedelta or a number; at most a year."""
    seconds = check_amount(what, given.total_seconds() if isinstance(given, timedelta) else given)
    if seconds > LONGEST_SECONDS:
        raise InvalidInputError(f"{what} is {shown(given)} seconds; give at most a year")
    return seconds


def _passes(error: DatabaseError) -> bool:
    """Whether the same may succeed a little later: long ingests lock their group."""
    locked = isinstance(error.__cause__, LockNotAvailable)
    return locked or isinstance(error, DatabaseUnavailableError)
