"""Proving outcomes: the rows of each batch compared with the event that certifies them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from attrs import frozen
from psycopg.rows import dict_row

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import ErasedOutcomes, OutcomesRecorded, ValuesErased
from featuretrail.domain.outcomes.rows import OutcomeRows
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.outcomes.reading import seen_types
from featuretrail.infrastructure.queries import query

OutcomesLeft = Mapping[UUID, tuple[int, ErasedOutcomes]]
"""The last erasure of each batch of outcomes that lost rows, with the position of its event."""


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
    left = _left(database)
    for recorded in log.read(topics=[OutcomesRecorded.TOPIC]):
        event = recorded.event
        if isinstance(event, OutcomesRecorded):
            reason = _fault(database, registry, recorded, event, left)
            if reason is not None and (newer := _left(database)) != left:
                left = newer  # rows were erased meanwhile
                reason = _fault(database, registry, recorded, event, left)
            if reason is not None:
                name = f"outcomes of {event.label}@{event.version} (event at position"
                told = f"{name} {recorded.position}): {reason}"
                yield OutcomeFault(recorded.position, event.label, told)
    with database.connection() as connection:
        foreign = connection.execute(query("outcomes/uncertified")).fetchall()
    for batch, rows in foreign:
        told = f"{rows} outcomes of batch {batch} are certified by no event"
        yield OutcomeFault(0, "outcomes", told)


def _left(database: Database) -> OutcomesLeft:
    with database.connection() as connection:
        return outcomes_left(connection)


def outcomes_left(connection: AnyConnection) -> OutcomesLeft:
    """Return the last erasure of each batch that lost rows, with the position of its event."""
    rows = connection.execute(query("erasing/events"), {"after": 0}, binary=True).fetchall()
    return {
        each.batch: (recorded.position, each)
        for recorded in map(RecordedEvent.from_row, rows)
        if isinstance(recorded.event, ValuesErased)
        for each in recorded.event.outcome_batches
    }


def _fault(
    database: Database,
    registry: Registry,
    recorded: RecordedEvent,
    event: OutcomesRecorded,
    left: OutcomesLeft,
) -> str | None:
    with database.connection() as connection:
        rows = rows_of_batch(connection, recorded.originator_id, event)
        with connection.cursor(row_factory=dict_row) as cursor:
            facts = {"batch": recorded.originator_id}
            known = cursor.execute(query("outcomes/batch"), facts).fetchone()
    if known != _record(recorded, event):
        return "its row in the table of batches was altered or is lost"
    reason = content_fault(registry, recorded, event, rows, left)
    at, erased = left.get(recorded.originator_id, (0, None))
    if reason is None and erased is not None and erased.altered:
        return f"it was altered before rows of it were erased (event at position {at})"
    return reason


def rows_of_batch(
    connection: AnyConnection, batch: UUID, event: OutcomesRecorded
) -> list[dict[str, Any]]:
    """Return the stored rows of a batch, in order."""
    facts = {"batch": batch, "first": event.first_event_time, "last": event.last_event_time}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("outcomes/of_batch"), facts).fetchall()


def content_fault(
    registry: Registry,
    recorded: RecordedEvent,
    event: OutcomesRecorded,
    rows: Sequence[dict[str, Any]],
    left: OutcomesLeft,
) -> str | None:
    """Return why ``rows`` are not what is ``left`` of a batch, ``None`` if they are."""
    _, erased = left.get(recorded.originator_id, (0, None))
    certified = event if erased is None else erased
    if len(rows) != certified.rows:
        return f"{len(rows)} rows are stored, the event certifies {certified.rows}"
    wanted = (event.label, event.version, set(event.seen))
    if any((row["label"], row["version"], set(row["seen"])) != wanted for row in rows):
        return "its rows were altered: they are of another label, or saw other features"
    try:
        digest = rows_digest(registry, event, rows)
    except (FeatureTrailError, TypeError, ValueError, LookupError) as error:
        return f"its rows were altered, and cannot be read: {error}"
    if digest != certified.digest:
        return f"its rows were altered: their digest is {digest}, not {certified.digest}"
    return None


def rows_digest(registry: Registry, event: OutcomesRecorded, rows: Sequence[dict[str, Any]]) -> str:
    """Return the canonical digest of stored rows of a batch; raises for what nobody recorded."""
    label = registry.resolve(f"{event.label}@{event.version}")
    seen = seen_types(registry, event.seen)
    return OutcomeRows.of_records(label.group.keys, label.dtype, seen, rows).digest


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
