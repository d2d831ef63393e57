"""Erasing from the served log."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from psycopg.rows import dict_row

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import ErasedServed, ServedLogged, ServedSheet, ValuesErased
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.serving.left import LeftOfServing, read_left
from featuretrail.infrastructure.serving.reading import sheets_of
from featuretrail.infrastructure.serving.verification import stored_fault


@frozen
class HeldServed:
    """Rows of the served log that answered features of a group for entities."""

    rows: tuple[tuple[str, datetime, int], ...] = ()
    """Of each its id, when it was served, and the position of its batch's event."""

    @property
    def positions(self) -> list[int]:
        """The positions of the events of their batches."""
        return sorted({position for _, _, position in self.rows})


def held_served(connection: AnyConnection, group: str, entities: Entities) -> HeldServed:
    """Find the served rows that answered features of ``group`` for one of ``entities``."""
    facts = {"group": group, "names": list(entities.types), "entities": entities.as_json}
    return HeldServed(tuple(connection.execute(query("erasing/served_of"), facts).fetchall()))


def erase_served(
    connection: AnyConnection,
    registry: Registry,
    held: HeldServed,
    earlier: Sequence[ValuesErased] = (),
) -> list[ErasedServed]:
    """Delete the rows and return what is left of the batches they were of, certified anew.

    ``earlier`` events say what this transaction has erased of these batches before.
    """
    if not held.rows:
        return []
    at = {"positions": held.positions}
    rows = connection.execute(query("erasing/events_at"), at, binary=True).fetchall()
    events = {row[0]: RecordedEvent.from_row(row) for row in rows}
    left = read_left(connection).after(earlier)
    gone = {served_id for served_id, _, _ in held.rows}
    batches = [
        _left(connection, registry, events.get(position), position, gone, left)
        for position in held.positions
    ]
    moments = [moment for _, moment, _ in held.rows]
    facts = {"ids": sorted(gone), "first": min(moments), "last": max(moments)}
    connection.execute(query("erasing/delete_served"), facts)
    return batches


def _left(
    connection: AnyConnection,
    registry: Registry,
    recorded: RecordedEvent | None,
    position: int,
    gone: set[str],
    left: LeftOfServing,
) -> ErasedServed:
    event = None if recorded is None else recorded.event
    if recorded is None or not isinstance(event, ServedLogged):
        return ErasedServed(position=position, erased=0, sheets=[], altered=True)
    facts = {
        "position": position,
        "since": event.first_served_at,
        "until": event.last_served_at,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("serving/of_batch"), facts).fetchall()
    rest = [row for row in rows if row["served_id"] not in gone]
    sheets = list(_sheets(registry, rest))
    return ErasedServed(
        position=position,
        erased=len(rows) - len(rest),
        sheets=sheets,
        altered=left.altered(position)
        or stored_fault(registry, recorded, event, rows, left) is not None,
    )


def _sheets(registry: Registry, rows: Sequence[dict[str, Any]]) -> Iterator[ServedSheet]:
    try:
        yield from [sheet.certified() for sheet in sheets_of(registry, rows)]
    except (FeatureTrailError, TypeError, ValueError, LookupError):
        return  # rows nobody can have served: told as altered
