"""Proving the served log: the rows of each batch compared with the event that certifies them.

What retention removed is stated by events too: of batches before such an event, the rows served
before its horizon have to be gone. So is what was erased, with what is left of each batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import asdict, frozen
from psycopg.rows import dict_row

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import ServedLogged, ServedSheet
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.serving.left import LeftOfServing, read_left
from featuretrail.infrastructure.serving.reading import sheets_of


@frozen
class ServedFault:
    """Served rows that are not as the event at ``position`` certifies, and why."""

    position: int
    reason: str


def verify_served(database: Database, log: EventLog, registry: Registry) -> Iterator[ServedFault]:
    """Yield every fault of the served log, batch by batch; memory is bounded by the largest.

    The rows of each batch are read again, typed as they were answered, and the canonical digest of
    each sheet is compared with its event's. Of what retention removed, nothing may be left.
    """
    left = _left(database)
    for recorded in log.read(topics=[ServedLogged.TOPIC]):
        event = recorded.event
        if isinstance(event, ServedLogged):
            reason = _fault(database, registry, recorded, event, left)
            if reason is not None and (newer := _left(database)) != left:
                left = newer  # rows went meanwhile
                reason = _fault(database, registry, recorded, event, left)
            if reason is not None:
                name = f"served batch {recorded.originator_id} (event at position"
                yield ServedFault(recorded.position, f"{name} {recorded.position}): {reason}")
    with database.connection() as connection:
        foreign = connection.execute(query("serving/uncertified")).fetchall()
        overdue = connection.execute(query("serving/left"), asdict(left.removal)).fetchall()
    for position, rows in foreign:
        yield ServedFault(
            position, f"{rows} served rows of position {position} are certified by no event"
        )
    for position, rows in overdue:
        yield ServedFault(
            position,
            f"{rows} served rows of position {position} are there, though the event at position "
            f"{left.removal.position} removed what was served before {left.removal.horizon}",
        )


def _left(database: Database) -> LeftOfServing:
    with database.connection() as connection:
        return read_left(connection)


def _fault(
    database: Database,
    registry: Registry,
    recorded: RecordedEvent,
    event: ServedLogged,
    left: LeftOfServing,
) -> str | None:
    if left.removal.took(recorded.position, event.last_served_at):
        return None
    facts = {
        "position": recorded.position,
        "since": event.first_served_at,
        "until": event.last_served_at,
    }
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("serving/of_batch"), facts).fetchall()
    reason = stored_fault(registry, recorded, event, rows, left)
    if reason is None and left.altered(recorded.position):
        at, _ = left.erased[recorded.position]
        return f"it was altered before rows of it were erased (event at position {at})"
    return reason


def stored_fault(
    registry: Registry,
    recorded: RecordedEvent,
    event: ServedLogged,
    rows: Sequence[Mapping[str, Any]],
    left: LeftOfServing,
) -> str | None:
    """Return why ``rows`` are not what is ``left`` of a batch, ``None`` if they are."""
    wanted = left.rows(recorded.position, event)
    is_cut = left.removal.took(recorded.position, event.first_served_at)
    if len(rows) > wanted or (len(rows) < wanted and not is_cut):
        return f"{len(rows)} rows are stored, the event certifies {wanted}"
    if is_cut:  # where a horizon cuts through the batch, its digest is of rows that went
        return None
    return _content_fault(registry, left.sheets(recorded.position, event), rows)


def _content_fault(
    registry: Registry, sheets: Sequence[ServedSheet], rows: Sequence[Mapping[str, Any]]
) -> str | None:
    try:
        found_sheets = [sheet.certified() for sheet in sheets_of(registry, rows)]
    except (FeatureTrailError, TypeError, ValueError, LookupError) as error:
        return f"its rows were altered, and cannot be read: {error}"
    stored = {_name(each): each for each in found_sheets}
    for sheet in sheets:
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
