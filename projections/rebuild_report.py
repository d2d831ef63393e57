"""What a rebuild tells of itself: progress while it works, a report when it is done."""

from collections.abc import Callable
from typing import Any

from attrs import frozen

from featuretrail.domain.results import Result
from featuretrail.projections.verification import Verification

Progress = Callable[[str, int, int], object]
"""Called with what is being done, how far it is and how far it goes: in positions of the log while
events are taken in, in tables while they are compared."""


@frozen
class RebuildReport(Result):
    """What a rebuild did: how many events in how many seconds, what it proved, where it is now.

    ``swapped`` says whether its tables are the live ones now, and ``swap_seconds`` how long readers
    could have waited for that; ``schema`` is where its tables are (``None`` when they were only for
    the proof and are gone). ``resumed_from`` is the position an interrupted rebuild went on from, 0
    when it began anew. ``dead_letters`` counts the events that its tables lack.
    """

    generation: int
    schema: str | None
    position: int
    resumed_from: int
    seconds: float
    dead_letters: int = 0
    verification: Verification | None = None
    swap_seconds: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the proof holds; true when none was asked for."""
        return self.verification is None or self.verification.ok

    @property
    def swapped(self) -> bool:
        """Whether its tables are the live ones now."""
        return self.swap_seconds is not None

    @property
    def events(self) -> int:
        """How many positions of the log were taken in."""
        return self.position - self.resumed_from

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        proof = None if self.verification is None else self.verification.to_dict()
        held = None if self.swap_seconds is None else round(self.swap_seconds * 1000, 1)
        return {
            "ok": self.ok,
            "generation": self.generation,
            "schema": self.schema,
            "position": self.position,
            "resumed_from": self.resumed_from,
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events / self.seconds) if self.seconds else None,
            "swapped": self.swapped,
            "swap_ms": held,
            "dead_letters": self.dead_letters,
            "verification": proof,
        }
