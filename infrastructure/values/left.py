"""What is left of batches, by the log: less what retention removed and what was erased."""

from collections.abc import Iterator
from datetime import datetime

from attrs import evolve, frozen

from featuretrail.domain.events import Event, ValuesErased, ValuesRemoved, stream_id
from featuretrail.domain.events.erasing import ErasedBatch
from featuretrail.domain.events.values import removals_stream
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query


@frozen
class Erased:
    """An erasure that took rows of a batch: where the log states it, and what it certifies."""

    position: int
    recorded_at: datetime
    actor: str | None
    batch: ErasedBatch


@frozen
class Left:
    """The last erasure that took rows of a batch, and how many retention removed since."""

    removed: int = 0
    erased: Erased | None = None

    def rows(self, ingested: int) -> int:
        """Return how many rows are left of a batch of ``ingested`` rows."""
        return (ingested if self.erased is None else self.erased.batch.rows) - self.removed

    def digest(self, ingested: str) -> str | None:
        """Return the digest of what is left, ``None`` where the log certifies only how many."""
        if self.removed:
            return None
        return ingested if self.erased is None else self.erased.batch.digest


WHOLE = Left()


def left_of_batches(connection: AnyConnection, group: str) -> dict[int, Left]:
    """Return what is left of each batch of ``group`` that lost rows, by the log."""
    found: dict[int, Left] = {}
    for recorded in _stated(connection, group):
        _take(found, recorded, recorded.event)
    return found


def _take(found: dict[int, Left], recorded: RecordedEvent, event: Event) -> None:
    if isinstance(event, ValuesRemoved):
        for batch, rows in event.batches:
            before = found.get(batch, WHOLE)
            found[batch] = evolve(before, removed=before.removed + rows)
    elif isinstance(event, ValuesErased):
        for each in event.batches:
            place = (recorded.position, recorded.recorded_at, event.metadata.actor)
            found[each.batch] = Left(0, Erased(*place, each))


def _stated(connection: AnyConnection, group: str) -> Iterator[RecordedEvent]:
    rows = [
        row
        for stream in (removals_stream(group), stream_id("erasure", group))
        for row in connection.execute(
            query("values/removed"), {"stream": stream}, binary=True
        ).fetchall()
    ]
    return (RecordedEvent.from_row(row) for row in sorted(rows, key=lambda row: row[0]))
