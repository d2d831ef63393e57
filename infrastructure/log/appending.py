"""Appending to the log: one round trip, and a conflict that says who was where."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import errors
from psycopg.types.numeric import Int4

from featuretrail.domain.errors import ConcurrencyError, InvalidInputError
from featuretrail.infrastructure.log.records import Appended
from featuretrail.infrastructure.queries import query_text
from featuretrail.infrastructure.session import SessionConnection

AnyConnection = psycopg.Connection[Any]
Rows = psycopg.Cursor[Any]


def append(connection: AnyConnection, events: Sequence[StoredEvent]) -> Appended:
    """Append ``events`` in their order, in the transaction ``connection`` is in (or their own).

    The head of the log stays locked until that transaction ends, so append last in it. Raises
    ``ConcurrencyError`` when a stream holds one of the versions already.
    """
    if not events:
        raise InvalidInputError("no events were given to append")
    with conflicts_told(*events):
        cursor = (
            _append_one(connection, events[0])
            if len(events) == 1
            else _append_all(connection, events)
        )
    return Appended(*cursor.fetchall()[0])


@contextmanager
def conflicts_told(*events: StoredEvent) -> Iterator[None]:
    """Raise ``ConcurrencyError`` where the block finds a version of ``events`` in the log."""
    try:
        yield
    except errors.UniqueViolation as violation:
        if violation.diag.constraint_name != "events_stream_version":
            raise
        raise _conflict(violation, events) from violation


def append_again(connection: AnyConnection, events: Sequence[StoredEvent]) -> Appended:
    """Append ``events`` whose first attempt may have succeeded: never twice."""
    try:
        return append(connection, events)
    except ConcurrencyError:
        rows = _execute(connection, "log/find_appended", _columns(events)).fetchall()
        if len(rows) < len(events):
            raise
        (first, _, _), (last, recorded_at, digest) = rows[0], rows[-1]
        return Appended(first, last, recorded_at, digest)


def _append_one(connection: AnyConnection, event: StoredEvent) -> Rows:
    facts = {
        "stream": event.originator_id,
        "version": Int4(event.originator_version),
        "topic": event.topic,
        "state": event.state,
    }
    return _execute(connection, "log/append_event", facts)


def _append_all(connection: AnyConnection, events: Sequence[StoredEvent]) -> Rows:
    return _execute(connection, "log/append_events", _columns(events))


def _columns(events: Sequence[StoredEvent]) -> dict[str, list[Any]]:
    return {
        "streams": [event.originator_id for event in events],
        "versions": [event.originator_version for event in events],
        "topics": [event.topic for event in events],
        "states": [event.state for event in events],
    }


def _execute(connection: AnyConnection, name: str, facts: dict[str, Any]) -> Rows:
    if isinstance(connection, SessionConnection):
        cursor: Rows = connection.binary_cursor
    else:
        cursor = connection.cursor(binary=True)
    return cursor.execute(query_text(name), facts, prepare=True)


def _conflict(violation: errors.UniqueViolation, events: Sequence[StoredEvent]) -> ConcurrencyError:
    detail = violation.diag.message_detail or ""
    if detail.startswith("{"):  # featuretrail.refuse_conflict
        facts = json.loads(detail)
        return ConcurrencyError(UUID(facts["stream"]), facts["expected"], facts["actual"])
    places = Counter((event.originator_id, event.originator_version) for event in events)
    (stream, version), _ = places.most_common(1)[0]  # one version twice in this very call
    return ConcurrencyError(UUID(str(stream)), version - 1, version)
