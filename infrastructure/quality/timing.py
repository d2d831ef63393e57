"""When values came: the server's time, and how many rows the windows before one had."""

from datetime import UTC, datetime
from typing import Any

import psycopg

from featuretrail.domain.quality.timeliness import PREVIOUS, Timing
from featuretrail.domain.quality.window import Span
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.quality.windows import GroupWindow
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.moments import microseconds
from featuretrail.infrastructure.values.tables import values_table

AnyConnection = psycopg.Connection[Any]


def read_timing(database: Database, found: GroupWindow, *, closed: bool) -> Timing:
    """Return what the timeliness of a group's window is judged by.

    The age of its newest value is as of the window's end if the caller set that (``closed``), as
    of the server's time otherwise.
    """
    now = read_now(database)
    with database.connection() as connection:
        previous = _previous(connection, found)
    at = now if found.span.until is None or not closed else min(now, found.span.until)
    return Timing(_age(found, at), found.ttl, found.rows, previous)


def read_now(database: Database) -> datetime:
    """Return the server's time."""
    with database.connection() as connection:
        [(now,)] = connection.execute(query("quality/now")).fetchall()
    moment: datetime = now
    return moment


def _age(found: GroupWindow, at: datetime) -> int | None:
    times = [each.times[-1] for each in found.values if each.times is not None and each.times.size]
    if times:
        return microseconds(at) - int(max(times))
    return None if found.newest is None else microseconds(at) - microseconds(found.newest)


def _previous(connection: AnyConnection, found: GroupWindow) -> list[int] | None:
    length = found.span.length
    if length is None:
        return None
    span: Span = found.span
    if span.since is None or span.since - datetime.min.replace(tzinfo=UTC) < length * PREVIOUS:
        return None  # there is no time before year 1
    facts = {
        "since": span.since,
        "length": length,
        "number": PREVIOUS,
        "last_batch": found.last_batch,
    }
    statement = query("quality/volumes").format(table=values_table(found.group))
    rows = dict(connection.execute(statement, facts).fetchall())
    return [int(rows.get(window, 0)) for window in range(PREVIOUS)]
