"""What features cost as of a position, from the read side."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from attrs import evolve, field, frozen

from featuretrail.domain.documentation.chronicle import Chronicle
from featuretrail.domain.errors import AccessDeniedError, ProjectionTimeoutError
from featuretrail.domain.performance.distribution import Bucket
from featuretrail.domain.performance.score import BUDGET_KEY, DEFAULT_BUDGET_MS
from featuretrail.domain.performance.summary import FeaturePerformance
from featuretrail.domain.quality.window import EPOCH
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections.projections import Projections

DAYS = 30
"""What is told of a feature: so many days in UTC, up to that of its newest measurement."""
LONGEST = timedelta(days=90)
"""How long before the newest measurement of all a feature's may lie."""
CATCH_UP_SECONDS = 30.0


@frozen
class Costs:
    """What each feature that was used cost; ``behind`` events were not taken in yet."""

    features: Mapping[str, FeaturePerformance] = field(repr=False)
    behind: int = 0


def read_costs(
    database: Database, projections: Projections, chronicle: Chronicle, position: int
) -> Costs:
    """Return what features cost in the 30 days up to the newest measurement of each.

    The read side is brought level first, where this role may do that or a projector runs.
    """
    behind = _behind(projections, position)
    with database.connection() as connection:
        found = connection.execute(query("documentation/measured"), {"position": position})
        since, until = found.fetchone() or (None, None)
        if since is None or until is None:
            return Costs({}, behind)
        facts = {"position": position, "since": until - LONGEST}
        rows = connection.execute(query("documentation/costs"), facts).fetchall()
    by_name: dict[str, list[Bucket]] = {}
    for row in rows:
        bucket = Bucket(*row)
        by_name.setdefault(bucket.feature_name, []).append(bucket)
    return Costs(
        {
            name: _performance(name, buckets, budget_of(chronicle, name))
            for name, buckets in sorted(by_name.items())
        },
        behind,
    )


def _performance(name: str, buckets: Sequence[Bucket], budget_ms: float) -> FeaturePerformance:
    """Summarise the days up to a feature's own newest one, so that others' uses move nothing."""
    last = max(each.part for each in buckets)
    first = last - DAYS + 1
    kept = [evolve(each, part=each.part - first) for each in buckets if each.part >= first]
    return FeaturePerformance.of(
        name,
        kept,
        starts=tuple(EPOCH + timedelta(days=day) for day in range(first, last + 1)),
        until=EPOCH + timedelta(days=last + 1),
        position=0,
        behind=0,
        budget_ms=budget_ms,
    )


def budget_of(chronicle: Chronicle, name: str) -> float:
    """Return how many milliseconds a use of a feature may take, as its metadata says."""
    stated = chronicle.metadata.get(name, {}).get(f"performance.{BUDGET_KEY}")
    if isinstance(stated, int | float) and not isinstance(stated, bool) and stated > 0:
        return float(stated)
    return DEFAULT_BUDGET_MS


def _behind(projections: Projections, position: int) -> int:
    try:
        projections.wait_until(position, CATCH_UP_SECONDS)
    except (AccessDeniedError, ProjectionTimeoutError):
        return max(position - projections.status().position, 0)
    return 0
