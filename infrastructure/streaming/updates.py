"""Following what arrives in groups: every batch once and in order, none lost."""

from collections import deque
from collections.abc import Sequence
from threading import Event, Lock
from time import monotonic
from typing import Self

import psycopg

from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.domain.streaming.results import Update
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.listening import Listener
from featuretrail.infrastructure.queries import query

PAGE = 1_000
POLL_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
RETRY_SECONDS = 0.2


class Updates:
    """Iterates over the batches after a position without end; ``stop`` (any thread) ends it.

    It listens first, then reads, then waits, with a timed poll as the fallback, so nothing is
    lost between; batches become visible in the order of their positions, so nothing is passed
    over. ``position`` is where to go on from: that of the last update given out. A server that
    stays away for a minute raises ``DatabaseUnavailableError``.
    """

    def __init__(self, database: Database, groups: Sequence[str] | None, after: int) -> None:
        self.position = after
        self._database = database
        self._groups = None if groups is None else list(groups)
        self._page: deque[Update] = deque()
        self._read_to = after
        self._stopping = Event()
        self._lock = Lock()
        self._listener: Listener | None = None
        self._away_since: float | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Update:
        while not self._stopping.is_set():
            found = self.next_within(POLL_SECONDS)
            if found is not None:
                return found
        self._drop_listener()
        raise StopIteration

    def next_within(self, seconds: float) -> Update | None:
        """Return the next update, ``None`` if there is none in so many seconds."""
        deadline = monotonic() + seconds
        while not self._page and not self._stopping.is_set():
            self._advance(max(0.0, deadline - monotonic()))
            if not self._page and monotonic() >= deadline:
                return None
        if not self._page:
            return None
        update = self._page.popleft()
        self.position = update.position
        return update

    def stop(self) -> None:
        """End the iteration, also one that is waiting in another thread."""
        self._stopping.set()
        with self._lock:
            if self._listener is not None:
                self._listener.wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self._drop_listener()

    def _advance(self, wait: float) -> None:
        try:
            listener = self._listening()
            if not self._read():
                listener.wait(min(wait, POLL_SECONDS))
                self._read()
        except (psycopg.OperationalError, DatabaseUnavailableError) as error:
            self._bear(error)
        else:
            self._away_since = None

    def _read(self) -> bool:
        facts = {"after": self._read_to, "groups": self._groups, "limit": PAGE}
        with self._database.connection() as connection:
            rows = connection.execute(query("streams/updates"), facts).fetchall()
        self._page.extend(Update(*row) for row in rows)
        if rows:
            self._read_to = self._page[-1].position
        return bool(rows)

    def _listening(self) -> Listener:
        with self._lock:
            if self._listener is None:
                self._listener = Listener(self._database)
            return self._listener

    def _drop_listener(self) -> None:
        with self._lock:
            if self._listener is not None:
                self._listener.close()
                self._listener = None

    def _bear(self, error: Exception) -> None:
        """Wait a little for a server that is away; raise when it stays away."""
        self._drop_listener()
        now = monotonic()
        self._away_since = now if self._away_since is None else self._away_since
        if now - self._away_since > PATIENCE_SECONDS:
            raise DatabaseUnavailableError(
                f"updates could not be followed for {PATIENCE_SECONDS:g} s: {error}"
            ) from error
        self._stopping.wait(RETRY_SECONDS)
