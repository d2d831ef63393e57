"""The read side as users meet it: ``store.projections``."""

from collections.abc import Sequence
from datetime import timedelta
from numbers import Real

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_count, optional
from featuretrail.domain.positions import as_position, check_reached
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.dead_letters import (
    ParkedEvent,
    ReplayReport,
    dead_letters,
    replay,
)
from featuretrail.projections.following import Follower, Report
from featuretrail.projections.generations import Generation
from featuretrail.projections.live import progress
from featuretrail.projections.projector import Policy
from featuretrail.projections.rebuild_report import Progress, RebuildReport
from featuretrail.projections.rebuilding import Rebuilder
from featuretrail.projections.soaking import SOAK, drop_copy, prune, swap_back
from featuretrail.projections.status import ProjectionStatus, projection_status
from featuretrail.projections.waiting import Wait

A_LIFETIME = 3_000_000_000
"""Seconds that no wait outlasts; a greater integer may be no float."""


class Projections:
    """The seven tables and three views derived from the log; ``store.projections``."""

    def __init__(self, database: Database, log: EventLog, *, policy: Policy = "park") -> None:
        self._database = database
        self._log = log
        self._policy: Policy = policy
        self._rebuilder = Rebuilder(database, policy)

    @needs("reader")
    def status(self) -> ProjectionStatus:
        """Return how far the live generation is, who moves it on, and what it lacks."""
        with self._database.connection() as connection:
            return projection_status(connection)

    @needs("projector")
    def run(self, stop: Stop | None = None, report: Report | None = None) -> None:
        """Keep the tables level with the log until ``stop`` is set: the projection daemon.

        Of several that run, one works and the others take over within seconds of its end. A
        database that is away is waited for. ``report`` is called with a line on each change.
        Raises ``ProjectionError`` for an event that cannot be taken in, if the setting
        ``projection_errors`` is ``"stop"``.
        """
        until = Stop() if stop is None else stop
        Follower(self._database, self._policy, until, report).run()

    @needs("projector")
    def catch_up(self, timeout: float = 60.0) -> int:
        """Bring the tables to the log's head as of this call; return where they are then.

        Raises ``ProjectionTimeoutError`` after ``timeout`` seconds; what was taken in stays.
        """
        return self._wait(self._log.head().position, timeout)

    @needs("projector")
    def wait_until(self, position: int, timeout: float = 10.0) -> int:
        """Wait until the tables hold the events up to ``position``; return where they are then.

        So a writer reads its own writes. A running projector is waited for; without one the work
        is done here. Events parked as dead letters count as taken in. Raises
        ``ProjectionTimeoutError`` after ``timeout`` seconds, ``NotFoundError`` for a position that
        the log has not reached.
        """
        wanted = as_position(position, "position")
        check_reached(wanted, self._log.head().position)
        return self._wait(wanted, timeout)

    @needs("reader")
    def dead_letters(self, limit: int | None = None) -> list[ParkedEvent]:
        """Return the events that the live tables lack, by position, at most ``limit``."""
        count = optional(check_count, "limit", limit)
        with self._database.connection() as connection:
            return dead_letters(connection, progress(connection).generation, count)

    @needs("projector")
    def replay_dead_letters(self) -> ReplayReport:
        """Try the parked events again, each stream in its order, in one transaction.

        What fails again stays parked with its new error. Works while a projector runs.
        """
        return replay(self._database)

    @needs("owner")
    def rebuild(
        self,
        *,
        tables: Sequence[str] | None = None,
        until: int | None = None,
        into: str | None = None,
        soak: timedelta = SOAK,
        accept_differences: bool = False,
        progress: Progress | None = None,
    ) -> RebuildReport:
        """Build the read side (or ``tables`` of it) from position 0 and put it in the live place.

        The new tables are built beside the live ones, follow the log until level with them, and
        are compared byte for byte at one position. Only if all are equal, or with
        ``accept_differences``, they are swapped in; readers and writers go on meanwhile. The old
        ones are kept for ``soak``. A rebuild that was interrupted goes on where it was.

        With ``until`` (a position) or ``into`` (a new schema) a copy as of that position (by
        default the head) is built instead and kept, with its views, beside the live tables.
        Raises ``ConflictError`` while another process works on the same.
        """
        report = _silent if progress is None else progress
        if until is not None or into is not None:
            return self._rebuilder.copy(tables, until, into, report)
        prune(self._database, soak, abandoned=False)
        return self._rebuilder.rebuild(tables, report, accept_differences=accept_differences)

    @needs("owner")
    def verify(
        self, *, tables: Sequence[str] | None = None, progress: Progress | None = None
    ) -> RebuildReport:
        """Prove that the live tables are those the log makes; nothing is swapped."""
        return self._rebuilder.verify(tables, _silent if progress is None else progress)

    @needs("owner")
    def swap_back(self, *, progress: Progress | None = None) -> Generation:
        """Put what was live before back in the live place, once it has caught up.

        Returns the generation that is live then.
        """
        return swap_back(self._database, self._policy, _silent if progress is None else progress)

    @needs("owner")
    def prune(self, soak: timedelta = SOAK) -> list[Generation]:
        """Drop generations that ceased to be live longer than ``soak`` ago; return them.

        Also proofs that nobody works on, and rebuilds that nobody went on with for so long.
        """
        return prune(self._database, soak, abandoned=True)

    @needs("owner")
    def drop_copy(self, schema: str) -> Generation:
        """Drop the copy of the read side in ``schema``."""
        return drop_copy(self._database, schema)

    def _wait(self, position: int, timeout: float) -> int:
        number = not isinstance(timeout, bool) and isinstance(timeout, Real)
        if not number or not timeout >= 0:  # NaN is not
            raise InvalidInputError(f"timeout is {timeout!r}; give a number of seconds from 0")
        seconds = float(min(timeout, A_LIFETIME))
        return Wait(self._database, self._policy, position, seconds).reached()


def _silent(what: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""
