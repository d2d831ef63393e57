"""Streams of a store: opened for writing, looked at, followed."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.inputs import (
    check_choice,
    check_count,
    check_label,
    check_text,
    several,
    shown,
)
from featuretrail.domain.streaming.results import ParkedMessage, ReplayReport, StreamStatus
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.computing.computer import RuleComputer
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.streaming.message import Decode, decode_json
from featuretrail.infrastructure.streaming.parked import ParkedMessages
from featuretrail.infrastructure.streaming.status import stream_status
from featuretrail.infrastructure.streaming.storing import Source
from featuretrail.infrastructure.streaming.updates import Updates
from featuretrail.infrastructure.streaming.writer import (
    StreamOptions,
    StreamWriter,
    check_seconds,
)
from featuretrail.infrastructure.values.ingestion import ValueStore

MOST_ROWS = 999_999
"""Of a micro-batch: the numbers of parked messages have room for so many of one event."""

Decided = Callable[[str | None, str | None], Metadata]


class Streams:
    """Opens writers of streams, and tells how far they are."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        values: ValueStore,
        rules: RuleComputer,
        decided: Decided,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._values = values
        self._rules = rules
        self._decided = decided
        self._parked = ParkedMessages(database, log, registry, values)

    @needs("writer")
    def open(
        self,
        group: str,
        *,
        source: str,
        columns: Sequence[str] | None = None,
        max_rows: int = 5_000,
        max_delay: timedelta | float = 0.1,
        max_pending_rows: int | None = None,
        timeout: timedelta | float = 60.0,
        allowed_lateness: timedelta = timedelta(minutes=1),
        compute: str | Sequence[str] = (),
        on_poison: str = "park",
        decode: Decode = decode_json,
        actor: str | None = None,
        reason: str | None = None,
    ) -> StreamWriter:
        """Open a writer of ``source`` into ``group``; ``StreamKeywords`` says what can be given.

        Raises ``NotFoundError`` and ``InvalidInputError``.
        """
        check_choice("on_poison", on_poison, ("park", "stop"))
        if not callable(decode):
            raise InvalidInputError(
                f"decode is {shown(decode)}; give a function from bytes to a mapping of columns"
            )
        if not isinstance(allowed_lateness, timedelta) or allowed_lateness < timedelta(0):
            raise InvalidInputError(
                f"allowed_lateness is {shown(allowed_lateness)}; give a timedelta from 0"
            )
        rows = check_count("max_rows", max_rows, 1)
        if rows > MOST_ROWS:
            raise InvalidInputError(f"max_rows is {rows}; give at most {MOST_ROWS}")
        pending = max(10 * rows, 1) if max_pending_rows is None else max_pending_rows
        options = StreamOptions(
            columns=columns,
            max_rows=rows,
            max_delay=check_seconds("max_delay", max_delay),
            max_pending_rows=check_count("max_pending_rows", pending, rows),
            timeout=check_seconds("timeout", timeout),
            allowed_lateness=allowed_lateness,
            on_poison="stop" if on_poison == "stop" else "park",
            decode=decode,
            metadata=self._decided(actor, reason),
        )
        named = Source(group, check_label("source", source))
        run = self._computing(compute, options.metadata)
        return StreamWriter(self._database, self._registry, self._values, named, options, run)

    @needs("reader")
    def status(self, group: str | None = None) -> list[StreamStatus]:
        """Return how far each partition of each stream (of those into ``group``) is stored."""
        with self._database.connection() as connection:
            return stream_status(connection, group)

    @needs("auditor")
    def parked(
        self,
        group: str | None = None,
        source: str | None = None,
        numbers: Sequence[int] | None = None,
    ) -> list[ParkedMessage]:
        """Return the messages that could not be stored, oldest first.

        Raises ``NotFoundError`` for a group that is none, and for one of ``numbers`` that is not
        parked.
        """
        self._check_group(group)
        return self._parked.find(group, source, numbers)

    @needs("writer")
    def replay(
        self,
        group: str,
        source: str,
        numbers: Sequence[int] | None = None,
        *,
        columns: Sequence[str] | None = None,
        decode: Decode = decode_json,
        actor: str | None = None,
        reason: str | None = None,
    ) -> ReplayReport:
        """Try parked messages again (all of a source, or ``numbers``): once stored they are gone.

        They go the way they came, through the same checks, in one batch, whose event names them;
        the offsets do not move. Of two values of one entity and event time the one stored last
        holds, here as everywhere: a message parked long ago may take the place of a later one.
        Messages that fail again stay, with the new reason. Raises ``NotFoundError``.
        """
        return self._parked.replay(
            group, source, numbers, columns, decode, self._decided(actor, reason)
        )

    @needs("writer")
    def discard(self, numbers: Sequence[int], *, reason: str, actor: str | None = None) -> int:
        """Give up parked messages for good; the log says which, who and why.

        Returns the event's position. Raises ``NotFoundError``; none is discarded then.
        """
        return self._parked.discard(numbers, self._decided(actor, check_text("reason", reason)))

    @needs("auditor")
    def subscribe(
        self, groups: str | Sequence[str] | None = None, after: int | None = None
    ) -> Updates:
        """Follow the batches that arrive in ``groups`` (of all, without them) after a position.

        Without ``after`` from now on. Raises ``NotFoundError`` for a group that is none.
        """
        named = [groups] if isinstance(groups, str) else groups
        if named is not None and not list(several("groups", named)):
            raise InvalidInputError("groups is empty; name some, or leave it out to follow all")
        registry = self._registry.current()
        for name in named or ():
            registry.group(name)
        start = self._log.head().position if after is None else check_count("after", after)
        return Updates(self._database, named, start)

    def _check_group(self, group: str | None) -> None:
        if group is not None:
            self._registry.current().group(group)

    def _computing(
        self, features: str | Sequence[str], metadata: Metadata
    ) -> Callable[[], object] | None:
        wanted = (
            [features]
            if isinstance(features, str)
            else [check_label("one of compute", each) for each in several("compute", features)]
        )
        if not wanted:
            return None
        self._rules.check(wanted)
        return partial(self._rules.compute, wanted, metadata=metadata)
