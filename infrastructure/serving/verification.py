"""Proving the served log: the rows of each batch compared with the event that certifies them."""

from collections.abc import Iterator

from attrs import frozen
from psycopg.rows import dict_row

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import ServedLogged, ServedSheet
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.serving.reading import sheets_of


@frozen
class ServedFault:
    """Served rows that are not as the event at ``position`` certifies, and why."""

    position: int
    reason: str


def verify_served(database: Database, log: EventLog, registry: Registry) -> Iterator[ServedFault]:
    """Yield every fault of the served log, batch by batch; memory is bounded by the largest.

    The rows of each batch are read again, typed as they were answered, and the canonical digest of
    each sheet is compared with its event's.
    """
    for recorded in log.read(topics=[ServedLogged.TOPIC]):
        event = recorded.event
        if isinstance(event, ServedLogged):
            reason = _fault(database, registry, recorded, event)
            if reason is not None:
                name = f"served batch {recorded.originator_id} (event at position"
                yield ServedFault(recorded.position, f"{name} {recorded.position}): {reason}")
    with database.connection() as connection:
        foreign = connection.execute(query("serving/uncertified")).fetchall()
    for position, rows in foreign:
        yield ServedFault(
            position, f"{rows} served rows of position {position} are certified by no event"
        )


def _fault(
    database: Database, registry: Registry, recorded: RecordedEvent, event: ServedLogged
) -> str | None:
    facts = {
        "position": recorded.position,
        "since": event.first_served_at,
        "until": event.last_served_at,
    }
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("serving/of_batch"), facts).fetchall()
    if len(rows) != event.rows:
        return f"{len(rows)} rows are stored, the event certifies {event.rows}"
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
