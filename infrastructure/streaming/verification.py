"""Proving the offsets of streams: each is what the events of its micro-batches come to."""

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import frozen

from featuretrail.domain.events import ValuesIngested
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.faults import BatchFault

Recorded = Iterable[tuple[RecordedEvent, ValuesIngested]]
Record = tuple[Any, ...]


@frozen
class RecordedOffsets:
    """The offsets of all streams, and where the log ended when they were read."""

    head: int
    groups: dict[str, dict[tuple[str, str], Record]]

    @classmethod
    def read(cls, database: Database) -> "RecordedOffsets":
        """Return what is recorded now."""
        with database.connection() as connection:
            rows = connection.execute(query("streams/recorded")).fetchall()
        groups: dict[str, dict[tuple[str, str], Record]] = {}
        for _, group, source, partition, *record in rows:
            if group is not None:
                groups.setdefault(group, {})[source, partition] = tuple(record)
        return cls(rows[0][0] if rows else 0, groups)


def offset_faults(group: str, recorded: RecordedOffsets, batches: Recorded) -> Iterator[BatchFault]:
    """Yield the offsets of ``group`` that its ``batches``, in their order, do not come to.

    Batches that came after the offsets were read are left out: streams go on meanwhile.
    """
    known = [each for each in batches if each[0].position <= recorded.head]
    wanted, stored = _folded(known), recorded.groups.get(group, {})
    for place in sorted({*wanted, *stored}):
        if stored.get(place) != wanted.get(place):
            yield _fault(group, place, wanted.get(place), stored.get(place))


def _folded(batches: Recorded) -> dict[tuple[str, str], Record]:
    found: dict[tuple[str, str], Record] = {}
    for recorded, event in batches:
        for moved in () if event.stream is None else event.stream.partitions:
            place = (event.source or "", moved.partition)
            before = found.get(place, (0,) * 10)[5:]
            counts = (
                moved.messages,
                moved.redelivered,
                moved.out_of_order,
                moved.late,
                moved.parked,
            )
            found[place] = (
                moved.last,
                event.batch,
                recorded.position,
                recorded.recorded_at,
                moved.latest_event_time,
                *(known + more for known, more in zip(before, counts, strict=True)),
            )
    return found


def _fault(
    group: str, place: tuple[str, str], wanted: Record | None, stored: Record | None
) -> BatchFault:
    source, partition = place
    name = f"the offset of partition {partition!r} of stream {source!r} into {group!r}"
    if wanted is None:
        return BatchFault(group, 0, 0, None, f"{name} is stored, and no event says so")
    _, batch, position, *_ = wanted
    told = "is missing" if stored is None else f"was altered: it is {stored[0]}"
    reason = f"{name} {told}, where the event at position {position} says {wanted[0]}"
    return BatchFault(group, batch, position, None, reason)
