"""What became of the outcomes of one call."""

from typing import Any, Self

from attrs import asdict, frozen

from featuretrail.domain.events import OutcomesRecorded
from featuretrail.domain.results import Result


@frozen
class OutcomeReceipt(Result):
    """Outcomes as they were recorded: ``rows`` were stored, of all that were given.

    ``repeated`` were recorded before, ``kept`` differed from what is recorded and stays,
    ``replaced`` hold from here on, ``late`` lie before the newest that was recorded earlier.
    ``served`` and ``judged`` of the stored rows judge a served row and a snapshot's row.
    ``values_batch`` is the batch of the label's group with the new values; it and ``position`` are
    ``None`` when nothing was stored. ``retried`` tells that an earlier call with the same
    idempotency key stored them.
    """

    label: str
    version: str
    rows: int
    repeated: int
    kept: int
    replaced: int
    late: int
    served: int
    judged: int
    values_batch: int | None
    position: int | None
    digest: str
    retried: bool = False

    @classmethod
    def of(cls, event: OutcomesRecorded, position: int, *, retried: bool = False) -> Self:
        """Return the receipt of an event."""
        return cls(
            label=event.label,
            version=event.version,
            rows=event.rows,
            repeated=event.repeated,
            kept=event.kept,
            replaced=event.replaced,
            late=event.late,
            served=event.served,
            judged=event.judged,
            values_batch=event.values_batch,
            position=position,
            digest=event.digest,
            retried=retried,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)
