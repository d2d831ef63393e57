"""Entries: the events of the log as people read them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from attrs import asdict, frozen

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import Event, SnapshotAssessed
from featuretrail.domain.results import Result
from featuretrail.domain.subjects import subject
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query_text

PAGE = 1_000


@frozen
class LogEntry(Result):
    """One event for a person: where, when, who, why, and what it says.

    ``version`` is its number in its stream. An event that cannot be read says nothing: ``fault``
    tells why, and ``subject`` is its stream. ``Audit.show`` also tells there of one that can be
    read and disagrees with its digest.
    """

    position: int
    recorded_at: datetime
    topic: str
    subject: str
    version: int
    actor: str | None
    reason: str | None
    event: dict[str, Any]
    stream: UUID
    digest: str
    fault: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return asdict(self) | {
            "recorded_at": self.recorded_at.isoformat(),
            "stream": str(self.stream),
        }

    def brief(self) -> dict[str, Any]:
        """Return where, when, who and why, without what it says, as a JSON object."""
        named = ("position", "recorded_at", "topic", "subject", "version", "actor", "reason")
        whole = self.to_dict()
        return {name: whole[name] for name in named}


class Entries:
    """Makes entries; what an event does not name itself is read from the first of its stream."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshots: dict[UUID, str] = {}

    def of(self, recorded: Iterable[RecordedEvent]) -> Iterator[LogEntry]:
        """Yield the entries of ``recorded`` in their order, read in pages."""
        events = iter(recorded)
        while page := list(islice(events, PAGE)):
            read = [(each, *_read(each)) for each in page]
            self._find_names([event for _, event, _ in read])
            for each, event, fault in read:
                yield self._entry(each, event, fault)

    def one(self, recorded: RecordedEvent) -> LogEntry:
        """Return the entry of one event."""
        [entry] = self.of([recorded])
        return entry

    def _entry(self, recorded: RecordedEvent, event: Event | None, fault: str | None) -> LogEntry:
        stream = recorded.originator_id
        about = f"stream {stream}" if event is None else subject(event)
        if isinstance(event, SnapshotAssessed):
            about = self._snapshots.get(stream, about)
        return LogEntry(
            position=recorded.position,
            recorded_at=recorded.recorded_at,
            topic=recorded.topic,
            subject=about,
            version=recorded.originator_version,
            actor=None if event is None else event.metadata.actor,
            reason=None if event is None else event.metadata.reason,
            event={} if event is None else event.model_dump(mode="json"),
            stream=stream,
            digest=recorded.digest.hex(),
            fault=fault,
        )

    def _find_names(self, events: Iterable[Event | None]) -> None:
        """Look up the snapshots that are assessed: an assessment does not name its snapshot."""
        unnamed = {
            event.originator_id
            for event in events
            if isinstance(event, SnapshotAssessed) and event.originator_id not in self._snapshots
        }
        if not unnamed:
            return
        facts = {"streams": list(unnamed)}
        with self._database.connection() as connection:
            rows = connection.execute(query_text("log/first_events"), facts, binary=True).fetchall()
        for row in rows:
            first = RecordedEvent.from_row(row)
            event, _ = _read(first)
            if event is not None:
                self._snapshots[first.originator_id] = subject(event)


def _read(recorded: RecordedEvent) -> tuple[Event | None, str | None]:
    try:
        return recorded.event, None
    except FeatureTrailError as error:  # an altered state, or one of a newer library
        return None, str(error)
