"""Following the log: the loop that keeps the live generation level, whatever happens."""

from collections.abc import Callable
from contextlib import suppress

import psycopg

from featuretrail.domain.errors import DatabaseError, NotFoundError, SchemaError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.listening import Listener
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.live import claim_live, owner, progress
from featuretrail.projections.projector import FencedError, Policy, Projector

POLL_SECONDS = 1.0
STANDBY_SECONDS = 0.5
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.2, 5.0

Report = Callable[[str], object]
"""Called with one line about each change of what a follower does."""


class _StoppedError(Exception):
    """The follower was asked to end in the middle of a long way to the head."""


class Follower:
    """Keeps the live generation level with the log until ``stop`` is set.

    It owns the generation, or stands by and takes over when the owner ends. It listens first, then
    reads, then waits, with a timed poll as the fallback; it follows swaps, and waits for a database
    that is away as long as it takes. Who stands by does not listen: a session that listens and
    never reads would fill the server's queue of notifications, and appends would fail.
    """

    def __init__(
        self, database: Database, policy: Policy, stop: Stop, report: Report | None = None
    ) -> None:
        self._database = database
        self._policy: Policy = policy
        self._stop = stop
        self._report = report
        self._retry = FIRST_RETRY_SECONDS
        self._standing_by = False
        self._position: int | None = None

    def run(self) -> None:
        """Follow the log; return when ``stop`` is set, between two transactions.

        Raises ``ProjectionError`` when an event cannot be taken in and the policy is to stop,
        ``SchemaError`` when the tables are not there, and ``DatabaseError`` when the store that it
        works for was closed.
        """
        self._tell(f"following the log of {self._database.address}")
        while not self._stop.is_set():
            try:
                self._follow()
            except SchemaError:
                raise
            except (psycopg.OperationalError, psycopg.InternalError, DatabaseError) as error:
                if self._database.closed:
                    raise
                self._bear(error)
        self._tell("stopped" if self._position is None else f"stopped at position {self._position}")

    def _follow(self) -> None:
        while not self._stop.is_set():
            projector = claim_live(self._database, self._policy)
            if projector is None:
                self._stand_by()
                continue
            with projector, Listener(self._database, self._stop) as listener:
                self._standing_by = False
                generation = projector.generation
                self._position = generation.position
                self._tell(
                    f"owns generation {generation.generation}, at position {generation.position}"
                )
                self._keep_level(projector, listener)

    def _keep_level(self, projector: Projector, listener: Listener) -> None:
        """Take in what is appended, until another generation is live."""

        def advanced(position: int, head: int) -> None:
            self._position = position
            listener.wait(0)  # a long way to the head must not fill the server's queue either
            if self._stop.is_set() and position < head:
                raise _StoppedError

        while not self._stop.is_set():
            now = progress(projector.connection)
            if now.generation != projector.generation.generation:
                self._tell(f"generation {now.generation} became live")
                return
            if now.position >= now.head:
                self._reached_again()
                listener.wait(POLL_SECONDS)
                continue
            # fenced: another one moved or dropped the generation, or replayed into it; read again
            with suppress(FencedError, NotFoundError, _StoppedError):
                projector.advance(now.head, advanced)
                self._reached_again()

    def _stand_by(self) -> None:
        self._reached_again()
        if not self._standing_by:
            self._standing_by = True
            with self._database.connection() as connection:
                now = progress(connection)
                other = owner(connection, now.generation)
            who = "another process" if other is None else f"server process {other.pid}"
            self._tell(f"stands by: {who} owns generation {now.generation}")
        self._stop.wait(STANDBY_SECONDS)

    def _bear(self, error: Exception) -> None:
        """Wait a little, longer each time, until the database answers again."""
        if self._retry == FIRST_RETRY_SECONDS:
            self._tell(f"cannot go on, and tries again until it can: {error}")
        self._stop.wait(self._retry)
        self._retry = min(2 * self._retry, LAST_RETRY_SECONDS)

    def _reached_again(self) -> None:
        if self._retry > FIRST_RETRY_SECONDS:
            self._retry = FIRST_RETRY_SECONDS
            self._tell("goes on again")

    def _tell(self, line: str) -> None:
        if self._report is not None:
            self._report(line)
