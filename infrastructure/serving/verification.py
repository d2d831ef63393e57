"""Proving the served log: the rows of each batch compared with the event that certifies them.

What retention removed is stated by events too: of batches before such an event, the rows served
before its horizon have to be gone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import asdict, frozen
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8

from featuretrail.domain.aggregates.retention import SERVED
from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import (
    RetentionApplied,
    ServedLogged,
    ServedSheet,
    stream_id,
)
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query, query_text
from featuretrail.infrastructure.serving.reading import sheets_of


@frozen
class ServedFault:
    """Served rows that are not as the event at ``position`` certifies, and why."""

    position: int
    reason: str


@frozen
class _Removal:
    """Rows served before ``horizon`` were removed by the event at ``position``; 0: none were."""

    position: int = 0
    horizon: datetime = datetime(1, 1, 1, tzinfo=UTC)

    def took(self, position: int, moment: datetime) -> bool:
        """Whether it removed what a batch at ``position`` holds of a moment."""
        return position < self.position and moment < self.horizon


def verify_served(database: Database, log: EventLog, registry: Registry) -> Iterator[ServedFault]:
    """Yield every fault of the served log, batch by batch; memory is bounded by the largest.

    The rows of each batch are read again, typed as they were answered, and the canonical digest of
    each sheet is compared with its event's. Of what retention removed, nothing may be left.
    """
    removal = _removal(database)
    for recorded in log.read(topics=[ServedLogged.TOPIC]):
        event = recorded.event
        if isinstance(event, ServedLogged):
            reason = _fault(database, registry, recorded, event, removal)
            if reason is not None and (newer := _removal(database)) != removal:
                removal = newer  # rows were removed meanwhile
                reason = _fault(database, registry, recorded, event, removal)
            if reason is not None:
                name = f"served batch {recorded.originator_id} (event at position"
                yield ServedFault(recorded.position, f"{name} {recorded.position}): {reason}")
    with database.connection() as connection:
        foreign = connection.execute(query("serving/uncertified")).fetchall()
        left = connection.execute(query("serving/left"), asdict(removal)).fetchall()
    for position, rows in foreign:
        yield ServedFault(
            position, f"{rows} served rows of position {position} are certified by no event"
        )
    for position, rows in left:
        yield ServedFault(
            position,
            f"{rows} served rows of position {position} are there, though the event at position "
            f"{removal.position} removed what was served before {removal.horizon}",
        )


def _removal(database: Database) -> _Removal:
    """Return the last removal; horizons never go back, so it says what all of them removed."""
    facts = {"stream": stream_id("retention", SERVED), "until": Int8(LAST_POSITION)}
    with database.connection() as connection:
        rows = connection.execute(query_text("log/history"), facts, binary=True).fetchall()
    last = _Removal()
    for recorded in map(RecordedEvent.from_row, rows):
        if isinstance(recorded.event, RetentionApplied):
            last = _Removal(recorded.position, recorded.event.horizon)
    return last


def _fault(
    database: Database,
    registry: Registry,
    recorded: RecordedEvent,
    event: ServedLogged,
    removal: _Removal,
) -> str | None:
    if removal.took(recorded.position, event.last_served_at):
        return None
    facts = {
        "position": recorded.position,
        "since": event.first_served_at,
        "until": event.last_served_at,
    }
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("serving/of_batch"), facts).fetchall()
    is_cut = removal.took(recorded.position, event.first_served_at)
    if len(rows) > event.rows or (len(rows) < event.rows and not is_cut):
        return f"{len(rows)} rows are stored, the event certifies {event.rows}"
    # where a horizon cuts through the batch, its digest is of rows that went
    return None if is_cut else _content_fault(registry, event, rows)


def _content_fault(
    registry: Registry, event: ServedLogged, rows: Sequence[Mapping[str, Any]]
) -> str | None:
    try:
        found_sheets = [sheet.certified() for sheet in sheets_of(registry, rows)]
    except (FeatureTrailError, TypeError, ValueError, LookupError) as error:
        return f"its rows were altered, and cannot be read: {error}"
    stored = {_name(each): each for each in found_sheets}
    for sheet in event.sheets:
        found = stored.pop(_name(sheet), None)
        if found is None or found.rows != sheet.rows:
            return f"its answers about {', '.join(sheet.features)} were altered: rows are missing"
        if found.digest != sheet.digest:
            return (
                f"its answers about {', '.join(sheet.features)} were altered: their digest is "
                f"{found.digest}, not {sheet.digest}"
            )
    return "its rows answer other features than the event certifies" if stored else None


def _name(sheet: ServedSheet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sheet.features), tuple(sheet.keys)
