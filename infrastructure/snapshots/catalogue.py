"""Which snapshots exist, read from the log."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any

import psycopg
from attrs import frozen

from featuretrail.domain.aggregates.snapshot import parse_snapshot_name, snapshot_name
from featuretrail.domain.errors import ChainBrokenError, InvalidInputError, NotFoundError
from featuretrail.domain.events import SnapshotCreated, stream_id
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

    @property
    def info(self) -> SnapshotInfo:
        """What identifies the snapshot."""
        return SnapshotInfo.of(self.created, self.created_at)


class SnapshotCatalogue:
    """Finds snapshots in the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(
        self, feature_set: str | None = None, connection: AnyConnection | None = None
    ) -> list[RecordedSnapshot]:
        """Return the snapshots (of ``feature_set``), oldest first, as ``connection`` sees them."""
        found = [recorded_snapshot(each) for each in self.events(connection)]
        return [
            item for item in found if feature_set is None or item.created.feature_set == feature_set
        ]

    def events(self, connection: AnyConnection | None = None) -> list[RecordedEvent]:
        """Return the events of snapshots as they are recorded, unread, oldest first."""
        with nullcontext(connection) if connection else self._database.connection() as used:
            rows = used.execute(query("snapshots/created"), binary=True).fetchall()
        return [RecordedEvent.from_row(row) for row in rows]

    def find(self, snapshot_id: str) -> RecordedSnapshot:
        """Return the snapshot named ``feature_set@version``; raise ``NotFoundError``.

        Its own stream is read; the others are only looked through for near names.
        """
        name = snapshot_name(*parse_snapshot_name(snapshot_id))
        facts = {"stream": stream_id("snapshot", name)}
        with self._database.connection() as connection:
            row = connection.execute(query("snapshots/find"), facts, binary=True).fetchone()
        if row is None:
            raise NotFoundError("snapshot", name, [item.info.snapshot_id for item in self.all()])
        return recorded_snapshot(RecordedEvent.from_row(row))


def recorded_snapshot(recorded: RecordedEvent) -> RecordedSnapshot:
    """Return the snapshot of an event; raise ``ChainBrokenError`` if it cannot be one's."""
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
    return RecordedSnapshot(recorded.position, recorded.recorded_at, event)
