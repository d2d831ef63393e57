"""What retention removed from the values of groups, and the questions that it left unanswerable."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from attrs import frozen

from featuretrail.domain.asof import Ints
from featuretrail.domain.errors import RetentionError
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.moments import microseconds

AnyConnection = psycopg.Connection[Any]


@frozen
class Removals:
    """The removals of a group's values taken together; ``position`` is the last one's.

    Of what is before ``horizon`` only what held there is left. The store knew all of it from
    ``known_position`` on; for cuts row by row, from ``known_at`` on.
    """

    group: str
    horizon: datetime
    position: int
    known_position: int
    known_at: datetime

    def check(self, times: Ints, position: int | None, *, row_cut: bool) -> None:
        """Raise ``RetentionError`` if an answer at ``times`` could depend on what was removed."""
        if times.size == 0:
            return
        if position is not None and position < self.known_position:
            raise self._error(
                f"what was known at position {position} cannot be told any more; ask for position "
                f"{self.known_position} or later"
            )
        self._check_times(times, self.horizon, "before the horizon")
        if row_cut:
            self._check_times(times, self.known_at, "from before all of the older values was known")

    def check_forward(self, times: Ints) -> None:
        """Raise ``RetentionError`` if the first value at or after ``times`` may be removed."""
        self._check_times(times, self.horizon, "before the horizon")

    def _check_times(self, times: Ints, first: datetime, what: str) -> None:
        rows = np.flatnonzero(times < microseconds(first))
        if rows.size:
            raise self._error(
                f"{rows.size} of {times.size} rows are {what}, the first is row {rows[0]}; ask "
                f"for times from {first.isoformat()} on"
            )

    def _error(self, what: str) -> RetentionError:
        return RetentionError(self.group, self.horizon.isoformat(), self.position, what)


def removals(connection: AnyConnection, groups: Sequence[str]) -> Iterator[Removals]:
    """Yield what was removed of each of ``groups`` that retention removed something of.

    To be asked after the values were read: a removal that these may lack is then seen.
    """
    found = connection.execute(query("retrieval/removals"), {"groups": list(groups)})
    for row in found.fetchall():
        yield Removals(*row)
