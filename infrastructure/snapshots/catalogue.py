"""Which snapshots exist, read from the log."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import psycopg
from attrs import evolve, frozen

from featuretrail.domain.aggregates.snapshot import parse_snapshot_name, snapshot_name
from featuretrail.domain.errors import ChainBrokenError, InvalidInputError, NotFoundError
from featuretrail.domain.events import SnapshotCreated, SnapshotErased, stream_id
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.snapshots.snapshot import SnapshotInfo

AnyConnection = psycopg.Connection[Any]


@frozen
class RecordedSnapshot:
    """A snapshot's event with its place and time in the log."""

    event_position: int
    created_at: datetime
    created: SnapshotCreated
    erasures: tuple[RecordedEvent, ...] = ()
    """The events that took rows from it, oldest first."""

    @property
    def erased(self) -> SnapshotErased | None:
        """The last event that took rows from it, if any did."""
        event = self.erasures[-1].event if self.erasures else None
        return event if isinstance(event, SnapshotErased) else None

    @property
    def content(self) -> SnapshotCreated | SnapshotErased:
        """The event that says what is stored of it now: ``digest``, ``rows``, ``storage``."""
        return self.created if self.erased is None else self.erased

    @property
    def info(self) -> SnapshotInfo:
        """What identifies the snapshot: its digest and rows are of what is stored now."""
        now = self.content
        return evolve(
            SnapshotInfo.of(self.created, self.created_at),
            digest=now.digest,
            rows=now.rows,
            storage=now.storage,
            stored_bytes=now.stored_bytes,
        )


class SnapshotCatalogue:
    """Finds snapshots in the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(
        self, feature_set: str | None = None, connection: AnyConnection | None = None
    ) -> list[RecordedSnapshot]:
        """Return the snapshots (of ``feature_set``), oldest first, as ``connection`` sees them."""
        with nullcontext(connection) if connection else self._database.connection() as used:
            events, erasures = self.events(used), self.erasures(used)
        found = [recorded_snapshot(each, erasures) for each in events]
        return [
            item for item in found if feature_set is None or item.created.feature_set == feature_set
        ]

    def events(self, connection: AnyConnection | None = None) -> list[RecordedEvent]:
        """Return the events of snapshots as they are recorded, unread, oldest first."""
        with nullcontext(connection) if connection else self._database.connection() as used:
            rows = used.execute(query("snapshots/created"), binary=True).fetchall()
        return [RecordedEvent.from_row(row) for row in rows]

    def erasures(self, connection: AnyConnection | None = None) -> list[RecordedEvent]:
        """Return the events that erased values or rows of snapshots, unread, oldest first."""
        with nullcontext(connection) if connection else self._database.connection() as used:
            rows = used.execute(query("erasing/events"), {"after": 0}, binary=True).fetchall()
        return [RecordedEvent.from_row(row) for row in rows]

    def find(self, snapshot_id: str) -> RecordedSnapshot:
        """Return the snapshot named ``feature_set@version``; raise ``NotFoundError``.

        Its own stream is read; the others are only looked through for near names.
        """
        name = snapshot_name(*parse_snapshot_name(snapshot_id))
        facts = {"stream": stream_id("snapshot", name)}
        with self._database.connection() as connection:
            rows = connection.execute(query("snapshots/find"), facts, binary=True).fetchall()
        if not rows:
            raise NotFoundError("snapshot", name, [item.info.snapshot_id for item in self.all()])
        first, *erasures = [RecordedEvent.from_row(row) for row in rows]
        return recorded_snapshot(first, erasures)


@frozen
class FormerContent:
    """What was stored of a snapshot before an erasure, and no snapshot names now."""

    snapshot_id: str
    position: int
    digest: str
    storage: str

    @property
    def left_over(self) -> str:
        """The finding that it is still there."""
        return (
            f"the erasure at position {self.position} is not finished: what was stored of snapshot "
            f"{self.snapshot_id} before, of digest {self.digest}, is still there; erase again"
        )


def former_contents(snapshots: Iterable[RecordedSnapshot]) -> list[FormerContent]:
    """Return what was stored before erasures and that none of all ``snapshots`` names now."""
    known = list(snapshots)
    kept = {each.content.digest for each in known}
    return [
        FormerContent(
            snapshot.info.snapshot_id,
            each.position,
            each.event.former_digest,
            each.event.former_storage,
        )
        for snapshot in known
        for each in snapshot.erasures
        if isinstance(each.event, SnapshotErased) and each.event.former_digest not in kept
    ]


def recorded_snapshot(
    recorded: RecordedEvent, erasures: Iterable[RecordedEvent] = ()
) -> RecordedSnapshot:
    """Return the snapshot of an event, less what ``erasures`` of its stream took from it.

    Raises ``ChainBrokenError`` if the event cannot be a snapshot's.
    """
    event = recorded.event
    if not isinstance(event, SnapshotCreated):
        raise ChainBrokenError(
            recorded.position, f"a snapshot's stream begins with {type(event).__name__}"
        )
    try:
        name = snapshot_name(event.feature_set, Version.parse(event.version))
    except InvalidInputError as error:
        raise ChainBrokenError(recorded.position, str(error)) from error
    if recorded.originator_id != stream_id("snapshot", name):
        raise ChainBrokenError(
            recorded.position, f"it says that it is snapshot {name!r}, but is in another's stream"
        )
    took = [
        each
        for each in erasures
        if each.originator_id == recorded.originator_id and isinstance(each.event, SnapshotErased)
    ]
    return RecordedSnapshot(recorded.position, recorded.recorded_at, event, tuple(took))
