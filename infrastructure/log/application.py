"""The log as one eventsourcing application: append, read, follow, find a moment."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol, MutableOrImmutableAggregate
from eventsourcing.persistence import Recording
from eventsourcing.utils import Environment, EnvType
from psycopg.types.numeric import Int8

from featuretrail.domain.errors import NaiveTimeError, SchemaError
from featuretrail.domain.events.base import Event
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.factory import LogFactory
from featuretrail.infrastructure.log.listening import Listener
from featuretrail.infrastructure.log.mapper import EventMapper
from featuretrail.infrastructure.log.recorder import LAST_POSITION, LogRecorder
from featuretrail.infrastructure.log.records import Appended, LogHead, RecordedEvent
from featuretrail.infrastructure.queries import query_text

__all__ = ["EventLog", "LogHead", "RecordedEvent"]

AnyConnection = psycopg.Connection[Any]

PAGE = 2_000
POLL_SECONDS = 1.0


class EventLog(Application[UUID]):
    """The event log of ``database``; the database stays open when the log is closed.

    The library's environment variables are not read: the log is configured by its database alone.
    """

    name = "featuretrail"
    mapper: EventMapper
    recorder: LogRecorder

    def __init__(self, database: Database) -> None:
        self.database = database
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Return an environment without the process's variables."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> LogFactory:
        """Return the factory of recorders over the database."""
        return LogFactory(env, self.database)

    def construct_mapper(self) -> EventMapper:
        """Return the mapper of pydantic events."""
        return EventMapper()

    def construct_recorder(self) -> LogRecorder:
        """Return the recorder of the log."""
        return LogRecorder(self.database)

    def save(
        self,
        *objs: MutableOrImmutableAggregate[UUID] | DomainEventProtocol[UUID] | None,
        **kwargs: Any,  # noqa: ANN401
    ) -> list[Recording[UUID]]:
        """Append events, or the pending events of aggregates, in one transaction.

        ``connection=`` joins the transaction of that connection. A recording's
        ``notification.id`` is the event's position.
        """
        events = [each for each in objs if isinstance(each, Event)]
        if len(events) < len(objs):
            return super().save(*objs, **kwargs)
        return self.events.put(events, **kwargs)

    def append(self, *events: Event, connection: AnyConnection | None = None) -> Appended:
        """Append ``events`` as ``save`` does and return the receipt alone."""
        stored = [self.mapper.to_stored_event(event) for event in events]
        return self.recorder.append(stored, connection)

    def head(self, connection: AnyConnection | None = None) -> LogHead:
        """Return the end of the log, as the transaction of ``connection`` sees it if given."""
        if connection is not None:
            return head_of_log(connection)
        with self.database.connection() as own:
            return head_of_log(own)

    def read(
        self,
        after: int = 0,
        limit: int | None = None,
        until: int | None = None,
        topics: Sequence[str] = (),
    ) -> Iterator[RecordedEvent]:
        """Yield the events with positions in ``(after, until]``, in order, at most ``limit``.

        Events are read in pages, so memory is bounded and no connection is held in between;
        without ``until`` the reading ends at the head of the log as it is then.
        """
        return islice(self._pages(after, until, topics), limit)

    def _pages(
        self, after: int, until: int | None, topics: Sequence[str]
    ) -> Iterator[RecordedEvent]:
        full = True
        while full:
            page = self.recorder.page(after, PAGE, until, topics)
            yield from map(RecordedEvent.from_row, page)
            full = len(page) == PAGE
            after = page[-1][0] if page else after

    def read_backwards(
        self, until: int, after: int = 0, topics: Sequence[str] = ()
    ) -> Iterator[RecordedEvent]:
        """Yield the events with positions in ``(after, until]``, newest first, in pages."""
        before, full = until + 1, True
        while full:
            page = self.recorder.page_backwards(before, PAGE, after, topics)
            yield from map(RecordedEvent.from_row, page)
            full = len(page) == PAGE
            before = page[-1][0] if page else before

    def history(self, stream: UUID, until: int | None = None) -> list[RecordedEvent]:
        """Return the events of one stream up to position ``until``, oldest first."""
        facts = {"stream": stream, "until": Int8(LAST_POSITION if until is None else until)}
        with self.database.connection() as connection:
            rows = connection.execute(query_text("log/history"), facts, prepare=True, binary=True)
            return [RecordedEvent.from_row(row) for row in rows]

    def position_at(self, moment: datetime) -> int:
        """Return the last position recorded at or before ``moment``, 0 if none.

        Raises ``NaiveTimeError`` for a moment without a time zone.
        """
        if moment.utcoffset() is None:
            raise NaiveTimeError(f"the moment {moment.isoformat()}")
        with self.database.connection() as connection:
            query = query_text("log/position_at")
            [(position,)] = connection.execute(query, {"moment": moment}, binary=True)
            return int(position)

    def wait_for(self, position: int, timeout: float) -> LogHead:
        """Return the head once it is at ``position`` or past it.

        Raises ``TimeoutError`` when that takes longer than ``timeout`` seconds.
        """
        head = self.head()
        if head.position >= position:
            return head
        deadline = monotonic() + timeout
        with Listener(self.database) as listener:
            while (head := self.head()).position < position:
                left = deadline - monotonic()
                if left <= 0:
                    raise TimeoutError(
                        f"the log is at position {head.position} after {timeout:g} s, "
                        f"not at {position}"
                    )
                listener.wait(min(left, POLL_SECONDS))
        return head


def head_missing() -> SchemaError:
    """Return the error that the log has lost its head."""
    return SchemaError(
        "the head of the log, the one row of featuretrail.log_head, is missing: restore it "
        "from a backup, and see 'featuretrail audit verify'"
    )


def head_of_log(connection: AnyConnection) -> LogHead:
    """Return the end of the log as ``connection`` sees it; raise ``SchemaError`` without one."""
    row = connection.execute(query_text("log/head"), prepare=True, binary=True).fetchone()
    if row is None:
        raise head_missing()
    return LogHead(*row)
