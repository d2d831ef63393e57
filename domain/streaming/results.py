"""What is told of streams: how far they are, what is parked, what a replay came to."""

from datetime import datetime
from typing import Any

from attrs import asdict, field, frozen

from featuretrail.domain.inputs import shown
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.results import Result


@frozen
class StreamStatus(Result):
    """How far one partition of a source is stored in a group.

    ``behind_seconds`` is the server's clock less the greatest event time stored; ``parked`` counts
    all messages ever parked, ``waiting`` those that still are.
    """

    group: str
    source: str
    partition: str
    offset: str
    batch: int
    position: int
    recorded_at: datetime
    latest_event_time: datetime | None
    behind_seconds: float | None
    messages: int
    redelivered: int
    out_of_order: int
    late: int
    parked: int
    waiting: int

    def to_dict(self) -> dict[str, Any]:
        """Return the status as a JSON object."""
        return asdict(self)


@frozen
class ParkedMessage(Result):
    """A message that could not be stored, as it came; ``error`` says why at the last attempt."""

    number: int
    group: str
    source: str
    partition: str
    offset: str
    payload: bytes = field(repr=shown)
    error: str
    position: int
    parked_at: datetime
    attempts: int

    @property
    def text(self) -> str:
        """The payload as text; bytes that are no UTF-8 are escaped."""
        return self.payload.decode(errors="backslashreplace")

    def to_dict(self) -> dict[str, Any]:
        """Return the message as a JSON object, its payload as text."""
        facts = asdict(self)
        return {**facts, "payload": self.text}


@frozen
class ReplayReport(Result):
    """What a replay came to: how many messages were stored, in which batches, what stays parked."""

    replayed: int
    receipts: tuple[Receipt, ...]
    still_parked: tuple[ParkedMessage, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "replayed": self.replayed,
            "receipts": [each.to_dict() for each in self.receipts],
            "still_parked": [each.to_dict() for each in self.still_parked],
        }


@frozen
class Update(Result):
    """A batch that arrived in a group: values, or a retraction."""

    group: str
    batch: int
    position: int
    kind: str
    rows: int
    first_event_time: datetime | None
    last_event_time: datetime | None
    recorded_at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return the update as a JSON object."""
        return asdict(self)
