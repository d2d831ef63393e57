"""Summaries of what a feature costs: over all uses, by context, by version and in time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from attrs import asdict, field, frozen

from featuretrail.domain.performance.distribution import Bucket, Distribution
from featuretrail.domain.performance.regressions import Comparison, compare_versions, in_order
from featuretrail.domain.performance.score import score
from featuretrail.domain.results import Result

FEWEST_USES = 20
"""A trend needs so many uses in each half of the period."""


@frozen
class CostSummary(Result):
    """What a use costs: milliseconds of wall time, processor time, MiB, rows, the score.

    The score is that of ``p95_ms`` against the feature's budget. Of what was never measured there
    is ``None``. Percentiles are exact to 1.1 %.
    """

    uses: int
    measurements: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    cpu_ms: float | None
    memory_mb: float | None
    max_memory_mb: float | None
    rows_per_use: float | None
    snapshot_uses: int
    score: float
    first_used: datetime
    last_used: datetime

    @classmethod
    def of(cls, buckets: Sequence[Bucket], budget_ms: float) -> Self:
        """Summarise ``buckets``, of which there is at least one."""
        times = Distribution.of(buckets)
        uses = sum(each.uses for each in buckets)
        p95 = times.percentile(95)
        most = [each.most_memory for each in buckets if each.most_memory is not None]
        return cls(
            uses=uses,
            measurements=sum(each.measurements for each in buckets),
            mean_ms=sum(each.milliseconds for each in buckets) / uses,
            p50_ms=times.percentile(50),
            p95_ms=p95,
            p99_ms=times.percentile(99),
            max_ms=max(each.longest for each in buckets),
            cpu_ms=_mean((each.cpu, each.cpu_uses) for each in buckets),
            memory_mb=_mean((each.memory, each.memory_uses) for each in buckets),
            max_memory_mb=max(most, default=None),
            rows_per_use=_mean((each.rows, each.row_uses) for each in buckets),
            snapshot_uses=sum(each.snapshot_uses for each in buckets),
            score=score(p95, budget_ms),
            first_used=min(each.first_used for each in buckets),
            last_used=max(each.last_used for each in buckets),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object; times are ISO 8601."""
        return asdict(self) | {
            "first_used": self.first_used.isoformat(),
            "last_used": self.last_used.isoformat(),
        }


@frozen
class TrendPoint(Result):
    """One part of the period: how many uses it had, their median and 95th percentile."""

    since: datetime
    uses: int
    p50_ms: float | None
    p95_ms: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self) | {"since": self.since.isoformat()}


@frozen
class VersionCost(Result):
    """What one version of a feature costs (``None``: measured without a version), and its trend.

    ``change`` is the 95th percentile of the second half of the period over that of the first,
    ``None`` when a half has fewer than 20 uses, or its 95th percentile is 0.
    """

    version: str | None
    summary: CostSummary
    change: float | None
    trend: tuple[TrendPoint, ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "version": self.version,
            **self.summary.to_dict(),
            "change": self.change,
            "trend": [point.to_dict() for point in self.trend],
        }


@frozen
class FeaturePerformance(Result):
    """What a feature cost from ``since`` until ``until``, as the read side told at ``position``.

    ``behind`` is how many events of the log the read side had not taken in by then. ``total`` is
    ``None`` when nothing was measured. ``versions`` ascend; ``comparisons`` has, in each context,
    each version against the one before it.
    """

    feature_name: str
    since: datetime
    until: datetime
    position: int
    behind: int
    budget_ms: float
    total: CostSummary | None
    contexts: Mapping[str, CostSummary] = field(repr=False)
    versions: tuple[VersionCost, ...] = field(repr=False)
    comparisons: tuple[Comparison, ...] = field(repr=False)

    @classmethod
    def of(
        cls,
        feature_name: str,
        buckets: Sequence[Bucket],
        *,
        starts: Sequence[datetime],
        until: datetime,
        position: int,
        behind: int,
        budget_ms: float,
    ) -> Self:
        """Summarise the ``buckets`` of a feature; the period's parts begin at ``starts``."""
        versions = _by(buckets, lambda each: each.version)
        return cls(
            feature_name,
            since=starts[0],
            until=until,
            position=position,
            behind=behind,
            budget_ms=budget_ms,
            total=CostSummary.of(buckets, budget_ms) if buckets else None,
            contexts={
                context: CostSummary.of(own, budget_ms)
                for context, own in sorted(_by(buckets, lambda each: each.context).items())
            },
            versions=tuple(
                VersionCost(
                    version,
                    CostSummary.of(versions[version], budget_ms),
                    _change(versions[version], len(starts)),
                    _trend(versions[version], starts),
                )
                for version in in_order(versions)
            ),
            comparisons=compare_versions(buckets),
        )

    @property
    def score(self) -> float | None:
        """The score of all uses, ``None`` when there are none."""
        return None if self.total is None else self.total.score

    @property
    def regressions(self) -> tuple[Comparison, ...]:
        """The comparisons that found a version slower than the one before it."""
        return tuple(each for each in self.comparisons if each.slower)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "feature_name": self.feature_name,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "position": self.position,
            "behind": self.behind,
            "budget_ms": self.budget_ms,
            "total": None if self.total is None else self.total.to_dict(),
            "contexts": {name: each.to_dict() for name, each in self.contexts.items()},
            "versions": [each.to_dict() for each in self.versions],
            "comparisons": [each.to_dict() for each in self.comparisons],
        }


def _mean(sums: Iterable[tuple[float | None, int]]) -> float | None:
    total, count = 0.0, 0
    for amount, of_uses in sums:
        if amount is not None:
            total, count = total + amount, count + of_uses
    return None if count == 0 else total / count


def _by(buckets: Iterable[Bucket], key: Callable[[Bucket], Any]) -> dict[Any, list[Bucket]]:
    grouped: dict[Any, list[Bucket]] = {}
    for bucket in buckets:
        grouped.setdefault(key(bucket), []).append(bucket)
    return grouped


def _trend(buckets: Sequence[Bucket], starts: Sequence[datetime]) -> tuple[TrendPoint, ...]:
    parts = _by(buckets, lambda each: each.part)
    points = []
    for part, since in enumerate(starts):
        own = parts.get(part)
        if own is None:
            points.append(TrendPoint(since, 0, None, None))
            continue
        times = Distribution.of(own)
        points.append(TrendPoint(since, times.count, times.percentile(50), times.percentile(95)))
    return tuple(points)


def _change(buckets: Sequence[Bucket], parts: int) -> float | None:
    halves = [
        [each for each in buckets if (2 * each.part >= parts) == later] for later in (False, True)
    ]
    if any(sum(each.uses for each in half) < FEWEST_USES for half in halves):
        return None
    before, after = (Distribution.of(half).percentile(95) for half in halves)
    return None if before == 0.0 else after / before
