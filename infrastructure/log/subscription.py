"""Following the log: every event once and in order, the past ones first, then as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

import psycopg
from eventsourcing.persistence import Notification, Subscription

from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.infrastructure.log.listening import Listener

if TYPE_CHECKING:
    from featuretrail.infrastructure.log.recorder import LogRecorder

PAGE = 1_000
POLL_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
RETRY_SECONDS = 0.2


class LogSubscription(Subscription["LogRecorder"]):
    """Iterates over the log without end; ``stop`` (from any thread) ends it.

    It listens first, then reads, then waits, with a timed poll as the fallback. It survives a
    restart of the server; one that stays away for a minute raises ``DatabaseUnavailableError``.
    """

    def __init__(
        self, recorder: LogRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt=gt, topics=topics)
        self._seen = 0 if gt is None else gt
        self._page: deque[Notification] = deque()
        self._stopping = Event()
        self._lock = Lock()
        self._listener: Listener | None = None
        self._away_since: float | None = None

    def __next__(self) -> Notification:
        """Return the next event; wait for it if need be."""
        while not self._stopping.is_set():
            if self._page:
                return self._page.popleft()
            self._advance()
        self._drop_listener()
        raise StopIteration

    def stop(self) -> None:
        """End the iteration, also one that is waiting in another thread."""
        super().stop()
        self._stopping.set()
        with self._lock:
            if self._listener is not None:
                self._listener.wake()

    def __exit__(self, *exception: object, **_: Any) -> None:  # noqa: ANN401
        self.stop()
        self._drop_listener()

    def _advance(self) -> None:
        try:
            listener = self._listening()
            if not self._read():
                listener.wait(POLL_SECONDS)
        except (psycopg.OperationalError, DatabaseUnavailableError) as error:
            self._bear(error)
        else:
            self._away_since = None

    def _read(self) -> bool:
        """Read the next page; tell whether the log had anything new, of our topics or not."""
        head = self._recorder.max_notification_id() or 0
        if head <= self._seen:
            return False
        page = self._recorder.select_notifications(
            self._seen, PAGE, head, self._topics, inclusive_of_start=False
        )
        self._page.extend(page)
        self._seen = page[-1].id if len(page) == PAGE else head
        return True

    def _listening(self) -> Listener:
        with self._lock:
            if self._listener is None:
                self._listener = Listener(self._recorder.database)
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
                f"the log could not be followed for {PATIENCE_SECONDS:g} s: {error}"
            ) from error
        self._stopping.wait(RETRY_SECONDS)
