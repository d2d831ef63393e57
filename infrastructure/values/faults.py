"""What is wrong with stored values: a batch that its event does not certify."""

from uuid import UUID

from attrs import frozen


@frozen
class BatchFault:
    """A batch whose stored rows or record its event does not certify.

    ``position`` and ``stream`` are the event's; rows that no event certifies have position 0.
    """

    group: str
    batch: int
    position: int
    stream: UUID | None
    reason: str
