"""What computing a feature costs, estimated from measurements and never guessed."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.events.lineage import Complexity
from featuretrail.domain.events.performance import Context, Operation
from featuretrail.domain.results import Result

NEWEST = 1_000
"""Measurements of computing a feature, of any version, that are looked through; others as many."""
COUNTED = 100
"""Measurements, the newest of a version in one context, whose median is the estimate."""
ENOUGH = 3
"""Measurements below which nothing is estimated: the first ones pay for cold caches."""
LOW_BELOW_MS, HIGH_FROM_MS = 10.0, 100.0
"""A tenth of the default budget of a feature, and the budget."""

PREFERRED: tuple[Context, ...] = ("training", "validation", "inference")
"""Training takes whole columns, inference mostly a few rows."""

Measured = tuple[Operation | None, str, float]
"""What was measured, if that was said; the context, and the milliseconds."""


@frozen
class CostEstimate(Result):
    """The milliseconds of computing a version of a feature, and their class; ``None``: unknown.

    ``complexity`` is low below 10 ms, high from 100 ms on, medium between. ``reason`` says from
    how many measurements of what in which context, or why there is no estimate.
    """

    estimated_ms: float | None
    complexity: Complexity | None
    measurements: int
    context: str | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as a JSON object."""
        return asdict(self)


def estimate_cost(measured: Sequence[Measured], *, by_rule: bool = False) -> CostEstimate:
    """Return the median of the newest measurements of one context, those of computing first.

    ``measured`` are those of one version, newest first. Where fewer than three say that they are of
    computing, the others count; of a feature that is computed ``by_rule`` only those that do not
    say what was done, since reading it says nothing of its rule. The context is the first of
    training, validation and inference that was measured at least three times; up to 100 are
    counted.

    >>> estimate_cost([("compute", "training", ms) for ms in (12.0, 9.0, 14.0)]).estimated_ms
    12.0
    """
    computing = [each for each in measured if each[0] == "compute"]
    untold = [each for each in measured if each[0] is None]
    found = _median(computing, "measurements of computing in {}")
    if found is None and by_rule:
        found = _median(untold, "measurements in {} that do not say what was done")
    elif found is None:
        found = _median(measured, "measurements in {}")
    if found is not None:
        return found
    if not by_rule:
        return _not_evaluated(len(measured), f"{len(measured)} measurements of this version")
    return _not_evaluated(
        len(computing) + len(untold),
        f"{len(computing)} measurements of computing this version and {len(untold)} that do not "
        "say what was done",
    )


def _median(measured: Sequence[Measured], what: str) -> CostEstimate | None:
    for context in PREFERRED:
        times = [time for _, of, time in measured if of == context][:COUNTED]
        if len(times) >= ENOUGH:
            typical = median(times)
            reason = f"median of {len(times)} {what.format(context)}"
            return CostEstimate(typical, complexity_of(typical), len(times), context, reason)
    return None


def _not_evaluated(count: int, what: str) -> CostEstimate:
    reason = f"not evaluated: {what} on the read side, an estimate needs {ENOUGH} of one context"
    return CostEstimate(None, None, count, None, reason)


def complexity_of(milliseconds: float) -> Complexity:
    """Return the class of a computation time.

    >>> [complexity_of(time) for time in (9.9, 10.0, 99.9, 100.0)]
    ['low', 'medium', 'medium', 'high']
    """
    if milliseconds < LOW_BELOW_MS:
        return "low"
    return "medium" if milliseconds < HIGH_FROM_MS else "high"


NOT_MEASURED = estimate_cost(())
