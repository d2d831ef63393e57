"""What computing a feature costs, estimated from measurements and never guessed."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.events.lineage import Complexity
from featuretrail.domain.events.performance import Context
from featuretrail.domain.results import Result

NEWEST = 1_000
"""Measurements of a feature, of any version and context, that are looked through."""
COUNTED = 100
"""Measurements, the newest of a version in one context, whose median is the estimate."""
ENOUGH = 3
"""Measurements below which nothing is estimated: the first ones pay for cold caches."""
LOW_BELOW_MS, HIGH_FROM_MS = 10.0, 100.0
"""A tenth of the default budget of a feature, and the budget."""

PREFERRED: tuple[Context, ...] = ("training", "validation", "inference")
"""Training computes whole columns, inference mostly reads what was computed."""

Measured = tuple[str, float]
"""The context of a measurement, and its milliseconds."""


@frozen
class CostEstimate(Result):
    """The milliseconds of computing a version of a feature, and their class; ``None``: unknown.

    ``complexity`` is low below 10 ms, high from 100 ms on, medium between. ``reason`` says from
    how many measurements of which context, or why there is no estimate.
    """

    estimated_ms: float | None
    complexity: Complexity | None
    measurements: int
    context: str | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as a JSON object."""
        return asdict(self)


def estimate_cost(measured: Sequence[Measured]) -> CostEstimate:
    """Return the median of the newest measurements of one context.

    ``measured`` are those of one version, newest first. The context is the first of training,
    validation and inference that was measured at least three times; up to 100 are counted.

    >>> estimate_cost([("training", 12.0), ("training", 9.0), ("training", 14.0)]).estimated_ms
    12.0
    """
    for context in PREFERRED:
        times = [time for of, time in measured if of == context][:COUNTED]
        if len(times) >= ENOUGH:
            typical = median(times)
            reason = f"median of {len(times)} measurements in {context}"
            return CostEstimate(typical, complexity_of(typical), len(times), context, reason)
    reason = (
        f"not evaluated: {len(measured)} measurements of this version on the read side, an "
        f"estimate needs {ENOUGH} of one context"
    )
    return CostEstimate(None, None, len(measured), None, reason)


def complexity_of(milliseconds: float) -> Complexity:
    """Return the class of a computation time.

    >>> [complexity_of(time) for time in (9.9, 10.0, 99.9, 100.0)]
    ['low', 'medium', 'medium', 'high']
    """
    if milliseconds < LOW_BELOW_MS:
        return "low"
    return "medium" if milliseconds < HIGH_FROM_MS else "high"


NOT_MEASURED = estimate_cost(())
