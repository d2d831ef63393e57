"""Erasing from the tables of a group: its values, its newest rows, its retractions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

import pyarrow as pa
from attrs import Factory, define

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.digest import table_digest
from featuretrail.domain.events import ErasedBatch, ValuesIngested, ValuesRetracted
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.arrays import identifiers
from featuretrail.infrastructure.values.contents import (
    altered_before,
    content_fault,
    retractions_digest,
    retractions_fault,
)
from featuretrail.infrastructure.values.left import WHOLE, Left, left_of_batches
from featuretrail.infrastructure.values.stored_batches import StoredRows, batches_of
from featuretrail.infrastructure.values.tables import (
    moving_table,
    online_table,
    retracted_table,
    values_table,
)

Certified = Mapping[int, ValuesIngested | ValuesRetracted]


@define
class HeldValues:
    """What the tables of a group hold of entities: rows by batch, and the times they lie in."""

    batches: Counter[int] = Factory(Counter)
    retractions: Counter[int] = Factory(Counter)
    online: int = 0
    known: int = 0
    """How many of the entities have any."""
    first: datetime | None = None
    last: datetime | None = None

    @property
    def rows(self) -> int:
        """How many rows of values."""
        return self.batches.total()


def held_values(connection: AnyConnection, group: str, entities: Entities) -> HeldValues:
    """Count what the tables of ``group`` hold of ``entities``."""
    held = HeldValues()
    for entity, facts in entities.conditions():
        before = held.rows + held.retractions.total() + held.online
        statement = query("erasing/values_of").format(table=values_table(group), entity=entity)
        for batch, rows, first, last in connection.execute(statement, facts, prepare=False):
            held.batches[batch] += rows
            held.first = first if held.first is None else min(held.first, first)
            held.last = last if held.last is None else max(held.last, last)
        statement = query("erasing/rows_of").format(table=retracted_table(group), entity=entity)
        for batch, rows in connection.execute(statement, facts, prepare=False):
            held.retractions[batch] += rows
        statement = query("erasing/holding").format(table=online_table(group), entity=entity)
        [(rows,)] = connection.execute(statement, facts, prepare=False)
        held.online += rows
        held.known += held.rows + held.retractions.total() + held.online > before
    return held


def rows_held(connection: AnyConnection, group: str, entities: Entities) -> int:
    """Return how many values of ``entities`` a group holds."""
    total = 0
    for entity, facts in entities.conditions():
        statement = query("erasing/holding").format(table=values_table(group), entity=entity)
        [(rows,)] = connection.execute(statement, facts, prepare=False)
        total += rows
    return total


def erase_values(
    connection: AnyConnection,
    registry: Registry,
    group: FeatureGroup,
    entities: Entities,
    held: HeldValues,
) -> list[ErasedBatch]:
    """Delete what was counted and return what is left of the batches it was of, certified anew."""
    numbers = [*held.batches, *held.retractions]
    certified = _certified(connection, group.name, numbers)
    left = left_of_batches(connection, group.name)
    batches = [
        *_values_left(connection, registry, group, entities, held, certified, left),
        *_retractions_left(connection, group, entities, held, certified, left),
    ]
    _delete(connection, group.name, entities, held)
    return sorted(batches, key=lambda each: each.batch)


def _values_left(
    connection: AnyConnection,
    registry: Registry,
    group: FeatureGroup,
    entities: Entities,
    held: HeldValues,
    certified: Certified,
    left: Mapping[int, Left],
) -> Iterator[ErasedBatch]:
    if not held.batches:
        return
    for stored in batches_of(connection, registry, group, sorted(held.batches)):
        event = certified.get(stored.batch)
        before = left.get(stored.batch, WHOLE)
        gone = entities.among(stored.table)
        rest = stored.table.filter(pa.array(~gone))
        altered = not isinstance(event, ValuesIngested) or not _holds(before, event, stored)
        written = stored.table.column_names
        if isinstance(event, ValuesIngested):
            wanted = [*stored.fixed, *event.columns]
            written = [name for name in wanted if name in stored.table.column_names]
        yield ErasedBatch(
            batch=stored.batch,
            erased=int(gone.sum()),
            rows=rest.num_rows,
            digest=table_digest(rest.select(written)),
            altered=altered,
        )


def _holds(before: Left, event: ValuesIngested, stored: StoredRows) -> bool:
    return altered_before(before) is None and content_fault(before, event, stored) is None


def _retractions_left(
    connection: AnyConnection,
    group: FeatureGroup,
    entities: Entities,
    held: HeldValues,
    certified: Certified,
    left: Mapping[int, Left],
) -> Iterator[ErasedBatch]:
    if not held.retractions:
        return
    statement = query("values/retractions").format(
        table=retracted_table(group.name), keys=identifiers(group.keys)
    )
    stored: dict[int, list[tuple[object, ...]]] = {}
    for number, *row in connection.execute(statement).fetchall():
        if number in held.retractions:
            stored.setdefault(number, []).append(tuple(row))
    for number, rows in sorted(stored.items()):
        event, before = certified.get(number), left.get(number, WHOLE)
        altered = (
            not isinstance(event, ValuesRetracted)
            or altered_before(before) is not None
            or retractions_fault(group, before, event, rows) is not None
        )
        kept = sorted(
            keys
            for _, *keys in rows
            if not entities.match(dict(zip(group.keys, keys, strict=True)))
        )
        yield ErasedBatch(
            batch=number,
            erased=len(rows) - len(kept),
            rows=len(kept),
            digest=retractions_digest(group, kept),
            altered=altered,
        )


def _certified(
    connection: AnyConnection, group: str, numbers: list[int]
) -> dict[int, ValuesIngested | ValuesRetracted]:
    facts = {"group": group, "batches": numbers}
    rows = connection.execute(query("erasing/events_of_batches"), facts, binary=True).fetchall()
    found: dict[int, ValuesIngested | ValuesRetracted] = {}
    for recorded in map(RecordedEvent.from_row, rows):
        event = recorded.event
        if isinstance(event, ValuesIngested | ValuesRetracted) and event.group == group:
            found[event.batch] = event
    return found


def _delete(connection: AnyConnection, group: str, entities: Entities, held: HeldValues) -> None:
    connection.execute(query("erasing/decompress_any"))
    span = {"first": held.first, "last": held.last}
    tables = [online_table(group), retracted_table(group)]
    copy = moving_table(group)
    [(begun,)] = connection.execute(
        query("erasing/copy_of"), {"copy": copy.as_string(connection)}
    ).fetchall()
    if begun:
        tables.append(copy)  # its move was interrupted
    for entity, facts in entities.conditions():
        if held.batches:
            statement = query("erasing/delete_values").format(
                table=values_table(group), entity=entity
            )
            connection.execute(statement, {**facts, **span}, prepare=False)
        for table in tables:
            statement = query("erasing/delete_rows").format(table=table, entity=entity)
            connection.execute(statement, facts, prepare=False)
