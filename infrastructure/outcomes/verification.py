"""Proving outcomes: the rows of each batch compared with the event that certifies them."""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen
from psycopg.rows import dict_row

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import OutcomesRecorded
from featuretrail.domain.outcomes.rows import OutcomeRows
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.outcomes.reading import seen_types
from featuretrail.infrastructure.queries import query


@frozen
class OutcomeFault:
    """Outcomes that are not as the event at ``position`` (0: none) certifies, and why."""

    position: int
    label: str
    reason: str


def verify_outcomes(
    database: Database, log: EventLog, registry: Registry
) -> Iterator[OutcomeFault]:
    """Yield every fault of the recorded outcomes, batch by batch."""
    for recorded in log.read(topics=[OutcomesRecorded.TOPIC]):
        event = recorded.event
        if isinstance(event, OutcomesRecorded):
            reason = _fault(database, registry, recorded, event)
            if reason is not None:
                name = f"outcomes of {event.label}@{event.version} (event at position"
                told = f"{name} {recorded.position}): {reason}"
                yield OutcomeFault(recorded.position, event.label, told)
    with database.connection() as connection:
        foreign = connection.execute(query("outcomes/uncertified")).fetchall()
    for batch, rows in foreign:
        told = f"{rows} outcomes of batch {batch} are certified by no event"
        yield OutcomeFault(0, "outcomes", told)


def _fault(
    database: Database, registry: Registry, recorded: RecordedEvent, event: OutcomesRecorded
) -> str | None:
    facts = {
        "batch": recorded.originator_id,
        "first": event.first_event_time,
        "last": event.last_event_time,
    }
    with database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("outcomes/of_batch"), facts).fetchall()
        known = cursor.execute(query("outcomes/batch"), facts).fetchone()
    if known != _record(recorded, event):
        return "its row in the table of batches was altered or is lost"
    return _content_fault(registry, event, rows)


def _content_fault(
    registry: Registry, event: OutcomesRecorded, rows: Sequence[dict[str, Any]]
) -> str | None:
    if len(rows) != event.rows:
        return f"{len(rows)} rows are stored, the event certifies {event.rows}"
    wanted = (event.label, event.version, set(event.seen))
    if any((row["label"], row["version"], set(row["seen"])) != wanted for row in rows):
        return "its rows were altered: they are of another label, or saw other features"
    try:
        label = registry.resolve(f"{event.label}@{event.version}")
        seen = seen_types(registry, event.seen)
        stored = OutcomeRows.of_records(label.group.keys, label.dtype, seen, rows)
    except (FeatureTrailError, TypeError, ValueError, LookupError) as error:
        return f"its rows were altered, and cannot be read: {error}"
    if stored.digest != event.digest:
        return f"its rows were altered: their digest is {stored.digest}, not {event.digest}"
    return None


def _record(recorded: RecordedEvent, event: OutcomesRecorded) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "recorded_at": recorded.recorded_at,
        "label": event.label,
        "version": event.version,
        "rows": event.rows,
        "first_event_time": event.first_event_time,
        "last_event_time": event.last_event_time,
    }
