"""What a stream's writer has done so far, in numbers."""

from typing import Any

from attrs import asdict, evolve, frozen

from featuretrail.domain.events.streaming import StreamFacts
from featuretrail.domain.results import Result


@frozen
class StreamCounts(Result):
    """Counts since the writer was opened.

    ``messages`` were stored or parked, in ``batches``; ``rows`` is what they came to in the store.
    ``out_of_order`` rows had an event time before an earlier row's of their partition, ``late``
    ones by more than the allowed lateness; ``superseded`` rows gave way to a later one of the same
    keys and event time in their micro-batch; ``redelivered`` messages had been taken before, and
    were dropped.
    """

    messages: int = 0
    rows: int = 0
    batches: int = 0
    redelivered: int = 0
    out_of_order: int = 0
    late: int = 0
    superseded: int = 0
    parked: int = 0

    def plus(self, facts: StreamFacts, rows: int) -> "StreamCounts":
        """Return the counts with those of one more micro-batch."""
        moved = facts.partitions
        return evolve(
            self,
            messages=self.messages + sum(each.messages for each in moved),
            rows=self.rows + rows,
            batches=self.batches + 1,
            redelivered=self.redelivered + sum(each.redelivered for each in moved),
            out_of_order=self.out_of_order + sum(each.out_of_order for each in moved),
            late=self.late + sum(each.late for each in moved),
            superseded=self.superseded + facts.superseded,
            parked=self.parked + sum(each.parked for each in moved),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        return asdict(self)
