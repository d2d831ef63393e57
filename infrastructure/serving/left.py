"""What is left of the served log, by the log: less what retention removed and what was erased."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Self

from attrs import evolve, frozen
from psycopg.types.numeric import Int8

from featuretrail.domain.aggregates.retention import SERVED
from featuretrail.domain.events import (
    ErasedServed,
    RetentionApplied,
    ServedLogged,
    ServedSheet,
    ValuesErased,
    stream_id,
)
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query, query_text


@frozen
class Removal:
    """Rows served before ``horizon`` were removed by the event at ``position``; 0: none were."""

    position: int = 0
    horizon: datetime = datetime(1, 1, 1, tzinfo=UTC)

    def took(self, position: int, moment: datetime) -> bool:
        """Whether it removed what a batch at ``position`` holds of a moment."""
        return position < self.position and moment < self.horizon


@frozen
class LeftOfServing:
    """The last removal by retention, and the last erasure of each batch by its position."""

    removal: Removal
    erased: Mapping[int, tuple[int, ErasedServed]]
    """The position of the erasure beside it."""

    def after(self, events: Iterable[ValuesErased]) -> Self:
        """Return what ``events``, which the log does not hold yet, leave."""
        more = {each.position: (0, each) for event in events for each in event.served_batches}
        return evolve(self, erased={**self.erased, **more})

    def sheets(self, position: int, event: ServedLogged) -> list[ServedSheet]:
        """Return the sheets that are certified of a batch: by its event, or the last erasure."""
        found = self.erased.get(position)
        return event.sheets if found is None else found[1].sheets

    def rows(self, position: int, event: ServedLogged) -> int:
        """Return how many rows are certified of a batch."""
        if position not in self.erased:
            return event.rows
        return sum(sheet.rows for sheet in self.sheets(position, event))

    def altered(self, position: int) -> bool:
        """Tell whether a batch was altered already when rows of it were erased."""
        found = self.erased.get(position)
        return found is not None and found[1].altered


def read_left(connection: AnyConnection) -> LeftOfServing:
    """Read what the log states now."""
    rows = connection.execute(query("erasing/events"), {"after": 0}, binary=True).fetchall()
    erased = {
        each.position: (recorded.position, each)
        for recorded in map(RecordedEvent.from_row, rows)
        if isinstance(recorded.event, ValuesErased)
        for each in recorded.event.served_batches
    }
    return LeftOfServing(_removal(connection), erased)


def _removal(connection: AnyConnection) -> Removal:
    """Return the last removal; horizons never go back, so it says what all of them removed."""
    facts = {"stream": stream_id("retention", SERVED), "until": Int8(LAST_POSITION)}
    rows = connection.execute(query_text("log/history"), facts, binary=True).fetchall()
    last = Removal()
    for recorded in map(RecordedEvent.from_row, rows):
        if isinstance(recorded.event, RetentionApplied):
            last = Removal(recorded.position, recorded.event.horizon)
    return last
