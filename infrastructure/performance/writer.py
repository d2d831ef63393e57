"""The thread that writes measurements: one event of many, later when the database is away."""

import logging
import weakref
from collections.abc import Callable, Iterator, Sequence
from threading import Event as Flag
from threading import Lock, Thread
from uuid import uuid4

import psycopg

from featuretrail.domain.errors import ConcurrencyError, DatabaseError
from featuretrail.domain.events import Metadata, PerformanceSampled
from featuretrail.domain.events.performance import Measurement
from featuretrail.domain.performance.score import BUDGET_KEY, DEFAULT_BUDGET_MS
from featuretrail.domain.records import performance_sample
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.performance.buffer import Buffer
from featuretrail.infrastructure.queries import query

FLUSH_SECONDS = 60.0
"""Between two writes."""

LONGEST_PAUSE = 600.0
"""Between two attempts while the database is away; the pause doubles up to this."""

EVENT_MEASUREMENTS = 1_000
"""Measurements of one event at most."""

_log = logging.getLogger("featuretrail.performance")


class Writer:
    """Writes what ``take`` gives, in order and each measurement once.

    An attempt whose outcome is unknown is repeated with the same events, which the log does not
    take twice. ``refused`` is why nothing is written any more; ``written``, ``dropped`` and
    ``waiting`` count uses of features; ``position`` is that of the last event,
    ``running`` tells whether the thread was started.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        metadata: Callable[[], Metadata],
        take: Callable[[], Buffer],
    ) -> None:
        self.refused: str | None = None
        self.written = 0
        self.dropped = 0
        self.error: str | None = None
        self.position: int | None = None
        self.running = False
        self._database = database
        self._event_log = log
        self._metadata = metadata
        self._take = take
        self._writing = Lock()
        self._taken = Buffer()
        self._pending: Sequence[PerformanceSampled] = ()
        self._allowed = False
        self._starting = Lock()
        self._thread: Thread | None = None
        self._wake, self._closing = Flag(), Flag()

    @property
    def waiting(self) -> int:
        """How many uses were taken and are not written yet."""
        return self._taken.uses() + _uses(self._pending)

    def wake(self, *, now: bool) -> None:
        """See to it that what waits is written in time, or ``now``; never waits."""
        if not self.running:
            self._start()
        if now and not self._wake.is_set():
            self._wake.set()

    def write(self) -> int | None:
        """Write what waits; return its position, ``None`` when nothing was written.

        Raises ``DatabaseError`` or ``psycopg.Error``; nothing is lost then.
        """
        with self._writing:
            if self.refused is not None:
                return None
            if not self._pending and not self._prepare():
                return None
            self.position = self._append()
            self.written += _uses(self._pending)
            self._pending, self.error = (), None
            return self.position

    def close(self, timeout: float) -> None:
        """Write what waits within ``timeout`` seconds and end the thread."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
        if self.refused is not None:
            return
        self.refused = "the store was closed"
        left = self.waiting + self._take().uses()
        if left > 0:
            self.dropped += left
            why = "there was no time for it" if self.error is None else self.error
            _log.warning("%d uses of features were not recorded: %s", left, why)

    def attempt(self) -> bool:
        """Write what waits; return whether the database answered."""
        try:
            self.write()
        except (DatabaseError, psycopg.Error) as error:
            self.error = str(error)
            return False
        return True

    def _prepare(self) -> bool:
        """Make events of what waits; return whether there is any."""
        if self._taken.size == 0:
            self._taken = self._take()
        names = self._taken.feature_names()
        if not names or not self._may_record():
            self._taken = Buffer()
            return False
        budgets = self._budgets(names)
        measured = list(self._taken.measurements(lambda name: budgets.get(name, DEFAULT_BUDGET_MS)))
        self._pending = [
            performance_sample(uuid4(), part, self._metadata())
            for part in _parts(measured, EVENT_MEASUREMENTS)
        ]
        self._taken = Buffer()
        return True

    def _append(self) -> int:
        try:
            return self._event_log.append(*self._pending).last_position
        except ConcurrencyError:  # nobody else has these streams: the attempt before had succeeded
            return self._event_log.head().position

    def _may_record(self) -> bool:
        if not self._allowed:
            with self._database.connection() as connection:
                [(self._allowed,)] = connection.execute(query("performance/may_record"))
            if not self._allowed:
                self.refused = "the role of this connection may not append to the log"
        return self._allowed

    def _budgets(self, names: set[str]) -> dict[str, float]:
        facts = {"features": sorted(names), "key": BUDGET_KEY}
        with self._database.connection() as connection:
            return dict(connection.execute(query("performance/budgets"), facts).fetchall())

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closing.is_set():
                thread = Thread(
                    target=_run,
                    args=(weakref.ref(self), self._wake, self._closing),
                    name="featuretrail-performance",
                    daemon=True,
                )
                try:
                    thread.start()
                except RuntimeError as error:  # no thread can be had now: the next use tries again
                    self.error = str(error)
                else:
                    self._thread, self.running = thread, True


def _run(reference: "weakref.ref[Writer]", wake: Flag, closing: Flag) -> None:
    """Write from time to time until the store is closed, or nobody holds it any more."""
    pause = FLUSH_SECONDS
    answered = True
    while True:
        if answered:
            wake.wait(FLUSH_SECONDS)
        else:
            closing.wait(pause)
        wake.clear()
        writer = reference()
        if writer is None:
            return
        answered = writer.attempt()
        del writer
        if closing.is_set():
            return
        pause = FLUSH_SECONDS if answered else min(LONGEST_PAUSE, pause * 2)


def _parts(measured: Sequence[Measurement], size: int) -> Iterator[Sequence[Measurement]]:
    for start in range(0, len(measured), size):
        yield measured[start : start + size]


def _uses(events: Sequence[PerformanceSampled]) -> int:
    return sum(each.usage_frequency for event in events for each in event.measurements)
