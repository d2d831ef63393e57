"""Hints: what would make a feature cheaper, and the evidence for it. No evidence, no hint."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from attrs import field, frozen

from featuretrail.domain.performance.summary import CostSummary
from featuretrail.domain.results import Result

Kind = Literal["materialise", "narrow the window", "drop", "index", "batch"]

OFTEN = 10
"""Times that training data are joined anew before freezing them is worth a hint."""

MANY_READS = 1_000
"""Online reads of few rows each before batching them is worth a hint."""

FEW_ROWS = 2.0
"""Rows of an online read that are few."""

WATCHED = 100
"""Uses of other features that show that somebody measures here."""


@frozen
class Hint(Result):
    """What to change about a feature (``None``: about its whole group), and why."""

    kind: Kind
    feature_name: str
    change: str
    evidence: Mapping[str, Any] = field(hash=False)

    def __str__(self) -> str:
        why = ", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in self.evidence.items()
        )
        return f"{self.feature_name}: {self.kind} ({why}): {self.change}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "kind": self.kind,
            "feature_name": self.feature_name,
            "change": self.change,
            "evidence": dict(self.evidence),
        }


@frozen
class GroupFacts:
    """What is known of a feature's group.

    ``ttl``: how long its values stay valid; ``rows``: how many were ingested. ``missing_indexes``
    are statements that would make the indexes that its tables lack.
    """

    name: str
    ttl: timedelta | None
    rows: int
    missing_indexes: tuple[str, ...] = ()


@frozen
class FeatureFacts:
    """What is known of a feature: its cost by context, its budget, and who else needs it.

    ``computed``: it has a rule, with ``unbounded_rule`` one that looks back without a limit; then
    its training uses may be computations and not joins. ``needed_by`` names the sets
    and the rules' features that select it. ``batches_in_period`` wrote values of it.
    ``defined_at`` is when its first version was defined; what nobody knows is ``None``.
    """

    feature_name: str
    group: GroupFacts
    budget_ms: float
    contexts: Mapping[str, CostSummary]
    computed: bool = False
    unbounded_rule: bool = False
    needed_by: tuple[str, ...] = ()
    batches_in_period: int = 0
    last_used: datetime | None = None
    defined_at: datetime | None = None


@frozen
class Period:
    """The time that is judged, since when measurements were recorded, how many uses all had."""

    since: datetime
    until: datetime
    recorded_since: datetime | None
    uses: int


def hints(features: Sequence[FeatureFacts], period: Period) -> list[Hint]:
    """Return the hints for ``features``, in their order."""
    return [hint for feature in features for hint in _hints(feature, period)]


def _hints(feature: FeatureFacts, period: Period) -> Iterator[Hint]:
    for rule in (_materialise, _narrow, _index, _batch):
        hint = rule(feature)
        if hint is not None:
            yield hint
    unused = _drop(feature, period)
    if unused is not None:
        yield unused


def _materialise(feature: FeatureFacts) -> Hint | None:
    """Training data joined anew again and again, each time beyond the budget."""
    training = feature.contexts.get("training")
    if feature.computed or training is None or training.p95_ms <= feature.budget_ms:
        return None
    joined = training.uses - training.snapshot_uses
    if joined < OFTEN:
        return None
    return Hint(
        "materialise",
        feature.feature_name,
        "freeze the joined rows once with create_feature_snapshot and read the snapshot",
        {
            "joins": joined,
            "p95_ms": _rounded(training.p95_ms),
            "budget_ms": feature.budget_ms,
            "seconds_in_all": _rounded(training.mean_ms * joined / 1e3),
        },
    )


def _narrow(feature: FeatureFacts) -> Hint | None:
    """Every earlier value is read, since nothing says how far back one still holds."""
    training = feature.contexts.get("training")
    if training is None or training.uses < OFTEN or training.p95_ms <= feature.budget_ms:
        return None
    if feature.group.rows == 0:
        return None
    evidence = {
        "p95_ms": _rounded(training.p95_ms),
        "budget_ms": feature.budget_ms,
        "rows_of_the_group": feature.group.rows,
    }
    if feature.unbounded_rule:
        change = "give its rule a history, so that a run reads that much and not all that there is"
        return Hint("narrow the window", feature.feature_name, change, evidence)
    if not feature.computed and feature.group.ttl is None:
        change = (
            f"give the group {feature.group.name!r} a ttl, if older values do not count: a join "
            "then reads from the first spine time less the ttl"
        )
        return Hint("narrow the window", feature.feature_name, change, evidence)
    return None


def _index(feature: FeatureFacts) -> Hint | None:
    """A table of the group lacks an index that featuretrail made."""
    if not feature.contexts or not feature.group.missing_indexes:
        return None
    slowest = max(feature.contexts.values(), key=lambda each: each.p95_ms)
    return Hint(
        "index",
        feature.feature_name,
        "make the index again: " + "; ".join(feature.group.missing_indexes),
        {"missing": len(feature.group.missing_indexes), "p95_ms": _rounded(slowest.p95_ms)},
    )


def _batch(feature: FeatureFacts) -> Hint | None:
    """Many online reads, each for a row or two."""
    online = feature.contexts.get("inference")
    if online is None or online.uses < MANY_READS or online.rows_per_use is None:
        return None
    if online.rows_per_use > FEW_ROWS:
        return None
    return Hint(
        "batch",
        feature.feature_name,
        "ask for the entities of several requests in one get_online_features: a round trip is most "
        "of the cost of a read of so few rows",
        {
            "reads": online.uses,
            "rows_per_read": _rounded(online.rows_per_use),
            "ms_per_read": _rounded(online.mean_ms),
        },
    )


def _drop(feature: FeatureFacts, period: Period) -> Hint | None:
    """Nobody used it in the whole period, nothing selects it, and values still arrive."""
    if feature.contexts or feature.needed_by or feature.batches_in_period == 0:
        return None
    watched = period.recorded_since is not None and period.recorded_since <= period.since
    known = feature.defined_at is not None and feature.defined_at <= period.since
    if not watched or not known or period.uses < WATCHED:
        return None
    return Hint(
        "drop",
        feature.feature_name,
        "stop ingesting it (partial=True) or computing it: nobody used it, and no set or rule "
        "selects it",
        {
            "uses": 0,
            "last_used": "never" if feature.last_used is None else feature.last_used.isoformat(),
            "uses_of_all_features": period.uses,
            "batches_that_came": feature.batches_in_period,
        },
    )


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")
