"""Reading what was recorded of the cost of features: from the read side, summed up by SQL."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from featuretrail.domain.performance.distribution import Bucket
from featuretrail.domain.performance.score import BUDGET_KEY, DEFAULT_BUDGET_MS
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import head_missing
from featuretrail.infrastructure.queries import query

PARTS = 12
"""Points of a trend."""


@frozen
class Moment:
    """The server's time, where the read side is, and where the log's head is."""

    until: datetime
    position: int
    head: int


@frozen
class Found:
    """The buckets of a period, which has ``starts`` for parts, and the moment before the reading.

    So the buckets are as of the moment's position, or of a later one.
    """

    moment: Moment
    starts: tuple[datetime, ...]
    buckets: list[Bucket]

    def of(self, feature_name: str) -> list[Bucket]:
        """Return the buckets of one feature."""
        return [each for each in self.buckets if each.feature_name == feature_name]


def read_buckets(
    database: Database, period: timedelta, feature_name: str | None = None, parts: int = 1
) -> Found:
    """Return what was recorded in the last ``period``, of one feature or of all."""
    with database.connection() as connection:
        row = connection.execute(query("performance/moment")).fetchone()
        if row is None:
            raise head_missing()
        moment = Moment(*row)
        since = moment.until - period
        facts = {"since": since, "until": moment.until, "feature": feature_name, "parts": parts}
        rows = connection.execute(query("performance/distribution"), facts).fetchall()
    starts = tuple(since + period * part / parts for part in range(parts))
    return Found(moment, starts, [Bucket(*each) for each in rows])


def read_budgets(database: Database, features: Iterable[str]) -> dict[str, float]:
    """Return the budget of each of ``features``, in milliseconds."""
    names = sorted(set(features))
    facts = {"features": names, "key": BUDGET_KEY}
    with database.connection() as connection:
        stated = dict(connection.execute(query("performance/budgets"), facts).fetchall())
    return {name: stated.get(name, DEFAULT_BUDGET_MS) for name in names}
