"""What a check raises: which law is broken, and where."""

from collections.abc import Mapping, Sequence

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.infrastructure.log.records import RecordedEvent

SHOWN = 5
"""How many events and columns a message names."""


class CheckFailedError(FeatureTrailError, AssertionError):
    """A read model breaks a law of projections.

    ``table`` and ``row`` (its id) say where, ``columns`` maps each column that differs to its two
    contents, as text, and ``positions`` are those of the events concerned, first ones first. What
    does not apply is empty.
    """

    def __init__(
        self,
        law: str,
        finding: str,
        *,
        table: str = "",
        row: str = "",
        columns: Mapping[str, tuple[str, str]] | None = None,
        events: Sequence[RecordedEvent] = (),
    ) -> None:
        self.law = law
        self.finding = finding
        self.table = table
        self.row = row
        self.columns = dict(columns or {})
        self.positions = tuple(event.position for event in events)
        lines = [f"{law}: {finding}"]
        lines += [
            f"  {name}: {first}, then {second}"
            for name, (first, second) in list(self.columns.items())[:SHOWN]
        ]
        if len(self.columns) > SHOWN:
            lines.append(f"  and {len(self.columns) - SHOWN} columns more")
        lines += [f"  event {event.position} is {event.topic!r}" for event in events[:SHOWN]]
        if len(events) > SHOWN:
            lines.append(f"  and {len(events) - SHOWN} events more")
        super().__init__("\n".join(lines))
