"""Proving stored values: every batch read again and compared with its event in the log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import psycopg
from attrs import define, evolve, field, frozen
from psycopg import errors

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.events import ValuesIngested, ValuesRetracted
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.streaming.verification import RecordedOffsets, offset_faults
from featuretrail.infrastructure.values.arrays import identifiers
from featuretrail.infrastructure.values.contents import (
    altered_before,
    content_fault,
    retractions_fault,
)
from featuretrail.infrastructure.values.faults import BatchFault
from featuretrail.infrastructure.values.left import WHOLE, Left, left_of_batches
from featuretrail.infrastructure.values.online import TOMBSTONES
from featuretrail.infrastructure.values.removals import removal_faults
from featuretrail.infrastructure.values.stored_batches import StoredRows, stored_batches
from featuretrail.infrastructure.values.tables import retracted_table

Progress = Callable[[int, int], object]


@frozen
class CertifiedBatch:
    """A batch as the log certifies it."""

    recorded: RecordedEvent
    event: ValuesIngested | ValuesRetracted
    left: Left = WHOLE
    """What is left of it, by the log."""

    def fault(self, reason: str) -> BatchFault:
        """Return a fault of this batch."""
        name = f"batch {self.event.batch} of {self.event.group!r}"
        return BatchFault(
            self.event.group,
            self.event.batch,
            self.recorded.position,
            self.recorded.originator_id,
            f"{name} (event at position {self.recorded.position}): {reason}",
        )

    def record(self, layout: int) -> tuple[Any, ...]:
        """Return what the table of batches must say of this batch, of this ``layout``."""
        event = self.event
        if isinstance(event, ValuesIngested):
            facts = ("values", list(event.columns), event.rows)
            times: tuple[Any, ...] = (event.first_event_time, event.last_event_time, event.digest)
        else:
            facts = ("retraction", [], len(event.keys))
            times = (event.from_event_time, None, "")
        kind, columns, rows = facts
        place = (self.recorded.position, self.recorded.recorded_at, layout)
        return (kind, *place, columns, rows, *times, self.recorded.originator_id)


def verify_batches(
    database: Database,
    registry: Registry,
    groups: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Iterator[BatchFault]:
    """Yield every fault of the stored values of ``groups`` (by default of all), batch by batch.

    The rows of each batch are read again and their canonical digest compared with the event's (of
    a batch of which retention removed rows, the number that is left; of one of which rows were
    erased, the digest of the others that the erasure states);
    retracted keys, the offsets of streams and the table of batches are compared with the events
    too. Memory is bounded by the largest batch. ``progress`` is called with the batches checked
    and those there are.
    """
    names = sorted(registry.groups) if groups is None else groups
    offsets = RecordedOffsets.read(database)
    certified = certified_batches(database)
    total = sum(len(certified.get(name, {})) for name in names)
    done = 0
    later = _Later(database, certified)
    if groups is None:
        yield from later.without(_foreign_faults(database, names))
    for name in names:
        batches = certified.get(name, {})
        group = registry.group(name)
        yield from later.without(_record_faults(database, name, batches))
        try:
            yield from offset_faults(name, offsets, _ingested(batches))
            left = None
            while left != (stated := _left(database, name)):  # none went meanwhile
                left = stated
                less = _less(batches, left)
                faults = [*_retraction_faults(database, group, less)]
                for fault in _value_faults(database, registry, group, less):
                    faults += [] if fault is None else [fault]
                    done += 1
                    if progress is not None:
                        progress(min(done, total), total)
            yield from later.without(faults)
            yield from removal_faults(database, name)
        except (errors.UndefinedTable, errors.UndefinedColumn) as error:
            yield _lost_table(name, batches, error)
    if progress is not None:
        progress(total, total)


@define
class _Later:
    """Tells what no event certifies from batches that came while others were looked at."""

    database: Database
    certified: dict[str, dict[int, CertifiedBatch]]
    asked: set[tuple[str, int]] = field(factory=set)

    def without(self, faults: Iterable[BatchFault]) -> Iterator[BatchFault]:
        """Yield the faults that are none of those: the log is read again to know."""
        for fault in faults:
            if fault.position != 0 or not self._came(fault.group, fault.batch):
                yield fault

    def _came(self, group: str, batch: int) -> bool:
        if batch not in self.certified.get(group, {}) and (group, batch) not in self.asked:
            self.asked.add((group, batch))
            self.certified = certified_batches(self.database)
        return batch in self.certified.get(group, {})


def certified_batches(database: Database) -> dict[str, dict[int, CertifiedBatch]]:
    found: dict[str, dict[int, CertifiedBatch]] = {}
    with database.connection() as connection:
        for row in connection.execute(query("values/events"), binary=True):
            recorded = RecordedEvent.from_row(row)
            event = recorded.event
            if isinstance(event, ValuesIngested | ValuesRetracted):
                found.setdefault(event.group, {})[event.batch] = CertifiedBatch(recorded, event)
    return found


def _ingested(
    batches: dict[int, CertifiedBatch],
) -> Iterator[tuple[RecordedEvent, ValuesIngested]]:
    for _, batch in sorted(batches.items()):
        if isinstance(batch.event, ValuesIngested):
            yield batch.recorded, batch.event


def _left(database: Database, group: str) -> dict[int, Left]:
    with database.connection() as connection:
        return left_of_batches(connection, group)


def _less(batches: dict[int, CertifiedBatch], left: dict[int, Left]) -> dict[int, CertifiedBatch]:
    return {
        number: evolve(batch, left=left.get(number, WHOLE)) for number, batch in batches.items()
    }


def _record_faults(
    database: Database, group: str, certified: dict[int, CertifiedBatch]
) -> Iterator[BatchFault]:
    with database.connection() as connection:
        rows = connection.execute(query("values/batches"), {"group": group}).fetchall()
    records = {batch: tuple(record) for batch, *record in rows}
    layouts = _layouts(certified)
    for number in sorted({*certified, *records}):
        if number not in certified:
            yield _uncertified(group, number, "the table of batches has a row")
        elif number not in records:
            yield certified[number].fault("the table of batches has no row of it")
        elif records[number] != certified[number].record(layouts[number]):
            yield certified[number].fault("its row in the table of batches was altered")


def _layouts(certified: dict[int, CertifiedBatch]) -> dict[int, int]:
    """Return for each batch the first one that wrote the same columns, 0 for a retraction."""
    first: dict[tuple[str, ...], int] = {}
    return {
        number: first.setdefault(tuple(sorted(batch.event.columns)), number)
        if isinstance(batch.event, ValuesIngested)
        else TOMBSTONES
        for number, batch in sorted(certified.items())
    }


def _retraction_faults(
    database: Database, group: FeatureGroup, certified: dict[int, CertifiedBatch]
) -> Iterator[BatchFault]:
    statement = query("values/retractions").format(
        table=retracted_table(group.name), keys=identifiers(group.keys)
    )
    stored: dict[int, list[tuple[Any, ...]]] = {}
    with database.connection() as connection:
        for batch, *row in connection.execute(statement):
            stored.setdefault(batch, []).append(tuple(row))
    for number, batch in certified.items():
        if isinstance(batch.event, ValuesRetracted):
            rows = stored.pop(number, [])
            reason = retractions_fault(group, batch.left, batch.event, rows)
            reason = altered_before(batch.left) if reason is None else reason
            if reason is not None:
                yield batch.fault(reason)
    for number in sorted(stored):
        yield _uncertified(group.name, number, "retractions are stored")


def _value_faults(
    database: Database,
    registry: Registry,
    group: FeatureGroup,
    certified: dict[int, CertifiedBatch],
) -> Iterator[BatchFault | None]:
    """Yield each batch's fault, ``None`` for a batch that holds."""
    seen: set[int] = set()
    for rows in stored_batches(database, registry, group):
        batch = certified.get(rows.batch)
        if batch is None or not isinstance(batch.event, ValuesIngested):
            yield _uncertified(group.name, rows.batch, f"{rows.table.num_rows} rows are stored")
            continue
        seen.add(rows.batch)
        yield _content_fault(batch, batch.event, rows)
    for number, batch in certified.items():
        if number not in seen and isinstance(batch.event, ValuesIngested):
            lost = batch.left.rows(batch.event.rows)
            yield batch.fault(f"none of its {lost} rows is stored") if lost else None


def _content_fault(
    batch: CertifiedBatch, event: ValuesIngested, rows: StoredRows
) -> BatchFault | None:
    reason = content_fault(batch.left, event, rows)
    reason = altered_before(batch.left) if reason is None else reason
    return None if reason is None else batch.fault(reason)


def _foreign_faults(database: Database, groups: Sequence[str]) -> Iterator[BatchFault]:
    """Yield the rows of the table of batches whose group is not defined."""
    with database.connection() as connection:
        rows = connection.execute(query("values/foreign_batches"), {"groups": list(groups)})
        for group, batch in rows.fetchall():
            yield _uncertified(group, batch, "the table of batches has a row")


def _lost_table(group: str, batches: dict[int, CertifiedBatch], error: psycopg.Error) -> BatchFault:
    reason = f"its tables were altered: {error.diag.message_primary}"
    for _, batch in sorted(batches.items()):
        return batch.fault(reason)
    return BatchFault(group, 0, 0, None, f"group {group!r}: {reason}")


def _uncertified(group: str, batch: int, what: str) -> BatchFault:
    return BatchFault(
        group, batch, 0, None, f"{what} as batch {batch} of {group!r}, which no event certifies"
    )
