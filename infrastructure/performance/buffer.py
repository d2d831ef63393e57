"""Uses that wait to be recorded: those that hardly differ in time become one measurement."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import log2
from sys import float_info

from attrs import define, field

from featuretrail.domain.events.performance import Measurement
from featuretrail.domain.inputs import MAX_COUNT
from featuretrail.domain.performance.score import score
from featuretrail.domain.records import measurement
from featuretrail.infrastructure.performance.usage import Use

MOST_MEASUREMENTS = 20_000
"""Measurements that may wait; what comes beyond is counted and not kept."""

BUCKETS_PER_OCTAVE = 4
"""Times within one bucket differ by at most 19 %; their mean is what is recorded."""

Budget = Callable[[str], float]
"""Tells a feature's budget in milliseconds."""

_Key = tuple[Use, int, bool, bool, bool]


@define(eq=False)
class _Tally:
    """Uses of a kind in one bucket: sums, but for memory, of which the most is kept."""

    uses: int
    milliseconds: float
    cpu: float
    memory: float
    rows: int
    last: float


@define(eq=False)
class Buffer:
    """Tallies by kind of use and bucket of time; not thread-safe."""

    _tallies: dict[_Key, _Tally] = field(factory=dict, init=False)
    size: int = field(default=0, init=False)
    """How many measurements it would make."""

    def add(
        self,
        use: Use,
        at: float,
        milliseconds: float,
        uses: int,
        cpu_ms: float | None,
        memory_mb: float | None,
        rows: int | None,
    ) -> bool:
        """Take in ``uses`` at the time ``at`` (seconds since 1970); return False if it is full.

        Milliseconds are of one use, ``rows`` of all of them.
        """
        bucket = int(BUCKETS_PER_OCTAVE * log2(milliseconds) + 4096) if milliseconds > 0 else -1
        key = (use, bucket, cpu_ms is None, memory_mb is None, rows is None)
        tally = self._tallies.get(key)
        if tally is None:
            if self.size + len(use.selection.features) > MOST_MEASUREMENTS:
                return False
            self.size += len(use.selection.features)
            tally = self._tallies[key] = _Tally(0, 0.0, 0.0, 0.0, 0, at)
        tally.uses += uses
        weight = uses if uses > 0 else 1
        tally.milliseconds += milliseconds * weight
        tally.cpu += (cpu_ms or 0.0) * weight
        tally.memory = max(tally.memory, memory_mb or 0.0)
        tally.rows += rows or 0
        tally.last = max(tally.last, at)
        return True

    def uses(self) -> int:
        """Return how many uses wait, each of its features counted."""
        return sum(
            tally.uses * len(use.selection.features) for (use, *_), tally in self._tallies.items()
        )

    def measurements(self, budget: Budget) -> Iterator[Measurement]:
        """Yield the measurements; a use that has no score gets that of its feature's budget."""
        for (use, _, no_cpu, no_memory, no_rows), tally in self._tallies.items():
            weight = max(1, tally.uses)
            milliseconds = min(tally.milliseconds / weight, float_info.max)
            for feature_name, version in use.selection.features:
                yield measurement(
                    feature_name,
                    datetime.fromtimestamp(tally.last, UTC),
                    milliseconds,
                    use.context,
                    version=version,
                    cpu_time_ms=None if no_cpu else min(tally.cpu / weight, float_info.max),
                    memory_usage_mb=None if no_memory else tally.memory,
                    usage_frequency=min(tally.uses, MAX_COUNT),
                    row_count=None if no_rows else min(tally.rows, MAX_COUNT),
                    performance_score=score(milliseconds, budget(feature_name))
                    if use.performance_score is None
                    else use.performance_score,
                    snapshot_id=use.snapshot_id,
                    operation=use.operation,
                    accuracy_impact=use.accuracy_impact,
                )

    def feature_names(self) -> set[str]:
        """Return the names of the features in it."""
        return {name for use, *_ in self._tallies for name, _ in use.selection.features}
