"""What features cost as of a position, from the read side."""

from collections.abc import Mapping
from datetime import timedelta

from attrs import field, frozen

from featuretrail.domain.documentation.chronicle import Chronicle
from featuretrail.domain.errors import AccessDeniedError, ProjectionTimeoutError
from featuretrail.domain.performance.distribution import Bucket
from featuretrail.domain.performance.score import BUDGET_KEY, DEFAULT_BUDGET_MS
from featuretrail.domain.performance.summary import FeaturePerformance
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections.projections import Projections

PERIOD = timedelta(days=30)
"""What is told of, up to the newest measurement."""
SHORTEST = timedelta(days=1)
PARTS = 30
CATCH_UP_SECONDS = 30.0


@frozen
class Costs:
    """What each feature that was used cost; ``behind`` events were not taken in yet."""

    features: Mapping[str, FeaturePerformance] = field(repr=False)
    behind: int = 0


def read_costs(
    database: Database, projections: Projections, chronicle: Chronicle, position: int
) -> Costs:
    """Return what features cost in the 30 days up to the newest measurement at ``position``.

    The read side is brought level first, where this role may do that or a projector runs.
    """
    behind = _behind(projections, position)
    with database.connection() as connection:
        found = connection.execute(query("documentation/measured"), {"position": position})
        since, until = found.fetchone() or (None, None)
        if since is None or until is None:
            return Costs({}, behind)
        length = min(max(until - since, SHORTEST), PERIOD)
        start = until - length
        facts = {
            "position": position,
            "since": start,
            "until": start + length,
            "parts": PARTS,
        }
        rows = connection.execute(query("documentation/costs"), facts).fetchall()
    by_name: dict[str, list[Bucket]] = {}
    for row in rows:
        bucket = Bucket(*row)
        by_name.setdefault(bucket.feature_name, []).append(bucket)
    starts = tuple(start + length * part / PARTS for part in range(PARTS))
    return Costs(
        {
            name: FeaturePerformance.of(
                name,
                buckets,
                starts=starts,
                until=until,
                position=position,
                behind=behind,
                budget_ms=budget_of(chronicle, name),
            )
            for name, buckets in sorted(by_name.items())
        },
        behind,
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
