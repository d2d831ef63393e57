"""The eventsourcing library's own way to project: ``ProjectionRunner``, one event a transaction.

Its application keeps our events through our mapper, so both sides decode alike; its projection
makes the same rows by the same read models and writes them into tables of the same shape.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from featuretrail.domain.events import Event
from featuretrail.infrastructure.log.mapper import EventMapper
from featuretrail.projections.read_model import Change, Place, Removal, Revision, Row
from featuretrail.projections.read_models import READ_MODELS

SCHEMA = "library_side"
APPENDED = 50

Changes = Sequence[tuple[str, Change]]


class LibraryLog(Application[UUID]):
    """The library's application and recorder, with our events."""

    name = "library"

    def construct_mapper(self) -> Mapper[UUID]:
        """Return the mapper that our log has."""
        return EventMapper()


class Tables(PostgresTrackingRecorder):
    """The read side's tables, written in the transaction that tracks the position."""

    def take(self, changes: Changes, tracking: Tracking) -> None:
        """Write what one event does."""
        with self.datastore.transaction(commit=True) as cursor:
            for table, change in changes:
                if isinstance(change, Revision):
                    row = {**change.values, "last_position": tracking.notification_id}
                    cursor.execute(_update(table, row), _cells(row) | {"id": change.id})
                elif isinstance(change, Removal):
                    raise TypeError("the histories that are measured have no retention")
                else:
                    own = {"position": tracking.notification_id}
                    row = {**change, **own, "last_position": tracking.notification_id}
                    cursor.execute(_insert(table, row), _cells(row), prepare=True)
            self._insert_tracking(cursor, tracking)


class Rows(Projection[Tables]):
    """Makes rows of events by the read models' functions."""

    name = "rows"

    @singledispatchmethod
    def process_event(self, domain_event: Event, tracking: Tracking) -> None:
        """Write the rows of one event."""
        self.view.take(_changes(domain_event, tracking.notification_id), tracking)


def environment(url: str) -> dict[str, str]:
    """Return the library's settings for the database at ``url``."""
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "ORIGINATOR_ID_TYPE": "uuid",
    }


def write(url: str, events: Sequence[Event]) -> None:
    """Append ``events`` to the library's log, few a transaction: many large ones make it hang."""
    with LibraryLog(environment(url)) as log:
        for start in range(0, len(events), APPENDED):
            log.events.put(list(events[start : start + APPENDED]))


def seconds_an_event(url: str, seconds: float) -> float:
    """Return what an event costs the library, measured over ``seconds`` where it stood last."""
    with ProjectionRunner(
        application_class=LibraryLog,
        projection_class=Rows,
        view_class=Tables,
        env=environment(url),
    ) as runner:
        runner.wait((runner.view.max_tracking_id(LibraryLog.name) or 0) + 1, timeout=60)
        began, first = perf_counter(), runner.view.max_tracking_id(LibraryLog.name) or 0
        sleep(seconds)
        last = runner.view.max_tracking_id(LibraryLog.name) or 0
        elapsed = perf_counter() - began
        if last == runner.app.recorder.max_notification_id():
            raise RuntimeError("the library has taken in its whole log: give it more events")
    return elapsed / (last - first)


def _changes(event: Event, position: int) -> list[tuple[str, Change]]:
    at = Place(position, datetime.now(UTC))
    return [
        (model.table, change)
        for model in READ_MODELS
        if type(event) in model.handlers
        for change in model.handlers[type(event)](event, at)
    ]


def _insert(table: str, row: Row) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(SCHEMA, table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )


def _update(table: str, row: Row) -> sql.Composed:
    return sql.SQL("UPDATE {} SET {} WHERE id = %(id)s").format(
        sql.Identifier(SCHEMA, table),
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in row
        ),
    )


JSONB = {
    "metadata", "parent_features", "details", "examples", "change_history", "tags",
    "metadata_value", "drift_details",
}  # fmt: skip
"""The columns of type jsonb."""


def _cells(row: Row) -> dict[str, Any]:
    return {name: Jsonb(value) if name in JSONB else value for name, value in row.items()}
