"""Removals of values by retention, as the log states them, and whether the database agrees."""

from collections.abc import Iterator

from featuretrail.domain.events.values import ValuesRemoved, removals_stream
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.faults import BatchFault


def removal_faults(database: Database, group: str) -> Iterator[BatchFault]:
    """Yield a fault if the table of removals, which guards answers, is not what the log states."""
    stated = {
        recorded.position: (event.horizon, event.rows, event.known_position, event.known_at)
        for recorded, event in _stated(database, group)
    }
    with database.connection() as connection:
        rows = connection.execute(query("values/recorded_removals"), {"group": group}).fetchall()
    known = {position: tuple(facts) for position, *facts in rows}
    for position in sorted({*stated, *known}):
        if stated.get(position) != known.get(position):
            reason = f"removal of values of {group!r} (event at position {position}): its row in "
            yield BatchFault(group, 0, position, None, f"{reason}the table of removals was altered")


def _stated(database: Database, group: str) -> Iterator[tuple[RecordedEvent, ValuesRemoved]]:
    with database.connection() as connection:
        facts = {"stream": removals_stream(group)}
        rows = connection.execute(query("values/removed"), facts, binary=True).fetchall()
    for row in rows:
        recorded = RecordedEvent.from_row(row)
        if isinstance(recorded.event, ValuesRemoved):
            yield recorded, recorded.event
