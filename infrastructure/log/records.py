"""What the log answers: its head, the receipt of an append, and recorded events."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Self
from uuid import UUID

import attrs

from featuretrail.domain.events.base import Event
from featuretrail.infrastructure.log.decoding import decode

EventRow = tuple[int, datetime, str, UUID, int, bytes, bytes]


@attrs.frozen
class LogHead:
    """The end of the log: position 0 and no time before the first event."""

    position: int
    digest: bytes = attrs.field(repr=bytes.hex)
    recorded_at: datetime | None


@attrs.frozen
class Appended:
    """The receipt of an append: the first and last position, the server's time, the new digest."""

    first_position: int
    last_position: int
    recorded_at: datetime
    digest: bytes = attrs.field(repr=bytes.hex)

    @property
    def positions(self) -> Sequence[int]:
        """The positions of the appended events, in their order."""
        return range(self.first_position, self.last_position + 1)


@attrs.frozen(slots=False)
class RecordedEvent:
    """An event as the log holds it; ``event`` decodes it when first asked for."""

    position: int
    recorded_at: datetime
    topic: str
    originator_id: UUID
    originator_version: int
    state: bytes = attrs.field(repr=False)
    digest: bytes = attrs.field(repr=bytes.hex)

    @cached_property
    def event(self) -> Event:
        """The event, upcast to the present class version.

        Raises ``NotFoundError`` for a topic this library does not know, ``SchemaError`` for a
        newer class version and ``ChainBrokenError`` for a state that cannot be read.
        """
        return decode(self, self.position)

    @classmethod
    def from_row(cls, row: EventRow) -> Self:
        """Return the event of one row of the page queries."""
        return cls(*row)
