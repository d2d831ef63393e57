"""Reading one's own writes: waiting until the live generation holds a position."""

from contextlib import suppress
from time import monotonic
from typing import Any

import psycopg
from attrs import field, frozen

from featuretrail.domain.errors import NotFoundError, ProjectionTimeoutError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections.live import claim_live, owner, progress
from featuretrail.projections.projector import FencedError, Policy

AnyConnection = psycopg.Connection[Any]

POLL_SECONDS = 0.5


@frozen
class Wait:
    """One wait until the live generation holds the events up to ``position``.

    Its owner does the work; when nobody owns it, or its owner ends, the waiting one does.
    """

    database: Database
    policy: Policy
    position: int
    seconds: float
    _deadline: float = field(init=False)

    @_deadline.default
    def _from_now(self) -> float:
        return monotonic() + self.seconds

    def reached(self) -> int:
        """Return where the generation is once that is ``position`` or beyond.

        Raises ``ProjectionTimeoutError`` when the time is over, ``ProjectionError`` when an event
        on the way cannot be taken in and the policy is to stop.
        """
        while True:
            position = self._hear()
            if position is not None:
                return position
            self._work()

    def _hear(self) -> int | None:
        """Return the position reached by the generation's owner, ``None`` when it has no owner."""
        with self.database.connection() as connection:
            now = progress(connection)
            if now.position >= self.position:
                return now.position
            connection.execute(query("projections/listen"))
            try:
                return self._listen(connection)
            finally:
                connection.execute(query("projections/unlisten"))

    def _listen(self, connection: AnyConnection) -> int | None:
        heard = False  # of the live generation: whoever moved it on works, and needs no replacing
        while (now := progress(connection)).position < self.position:
            left = self._left(now.position)
            if not heard and owner(connection, now.generation) is None:
                return None
            heard = _hears_of(connection, now.generation, min(left, POLL_SECONDS))
        return now.position

    def _work(self) -> None:
        projector = claim_live(self.database, self.policy)
        if projector is not None:
            # fenced: another one moved the generation, so look again
            with projector, suppress(FencedError, NotFoundError):
                projector.advance(self.position, self._advanced)

    def _advanced(self, position: int, until: int) -> None:
        if position < until:
            self._left(position)

    def _left(self, position: int) -> float:
        """Return how many seconds are left; raise when none are."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise ProjectionTimeoutError(self.position, position, self.seconds)
        return left


def _hears_of(connection: AnyConnection, generation: int, seconds: float) -> bool:
    """Wait for a notification; tell whether one came that says this generation moved on."""
    notifications = connection.notifies(timeout=seconds, stop_after=1)
    return any(each.payload.startswith(f"{generation}:") for each in notifications)
