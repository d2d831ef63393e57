"""Legal erasures, as an audit tells them: what can no longer be proven, and that it is no fault."""

from datetime import datetime
from typing import Any, Self

from attrs import asdict, frozen

from featuretrail.domain.events import ValuesErased
from featuretrail.infrastructure.log.records import RecordedEvent


@frozen
class ErasureNote:
    """An erasure by its event: the batches and snapshots that lost rows, when, by whom and why.

    As they were ingested or frozen they can no longer be proven; what is left of each is compared
    with the digest that the event states. ``served_batches`` and ``outcome_batches`` count those.
    """

    position: int
    recorded_at: datetime
    actor: str | None
    reason: str | None
    group: str
    batches: tuple[int, ...]
    served_batches: int
    outcome_batches: int
    snapshots: tuple[str, ...]

    @classmethod
    def of(cls, recorded: RecordedEvent) -> Self | None:
        """Return the note of an event, ``None`` if it erased no values."""
        event = recorded.event
        if not isinstance(event, ValuesErased):
            return None
        return cls(
            position=recorded.position,
            recorded_at=recorded.recorded_at,
            actor=event.metadata.actor,
            reason=event.metadata.reason,
            group=event.group,
            batches=tuple(each.batch for each in event.batches),
            served_batches=len(event.served_batches),
            outcome_batches=len(event.outcome_batches),
            snapshots=tuple(event.snapshots),
        )

    def __str__(self) -> str:
        lost = [
            *(f"batch {self.group}#{batch}" for batch in self.batches),
            *(f"snapshot {name}" for name in self.snapshots),
        ]
        for count, what in ((self.served_batches, "served"), (self.outcome_batches, "outcome")):
            if count:
                lost.append(f"{count} {what} {'batch' if count == 1 else 'batches'}")
        return (
            f"erased on {self.recorded_at:%Y-%m-%d} by {self.actor} (event at position "
            f"{self.position}): as they were, {', '.join(lost) or 'messages'} can no longer be "
            "proven; what is left of them was checked"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self) | {
            "recorded_at": self.recorded_at.isoformat(),
            "batches": list(self.batches),
            "snapshots": list(self.snapshots),
        }
