"""The served log: takes finished online answers in memory, and writes them from a thread.

Whoever reads online never waits for it and never sees its errors.
"""

import os
from collections import deque
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakSet

from attrs import asdict, frozen

from featuretrail.domain.events import Metadata
from featuretrail.domain.results import Result
from featuretrail.domain.serving.sampling import check_share
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.serving.answer import Answered
from featuretrail.infrastructure.serving.writer import ServedWriter

MOST_CELLS = 2_000_000
"""Values that may wait; of what comes beyond, the oldest is counted and not kept."""

WAKE_CELLS = 200_000
"""Values that are written before their time."""

CLOSING_SECONDS = 2.0
"""How long closing waits for the last answers to be written."""

_FORKED = "this process was forked from the one that opened the store"

_logs: "WeakSet[ServedLog]" = WeakSet()


@frozen
class Logging(Result):
    """How the served log of this process stands: its share of entities, and counts of rows.

    ``reason`` says why nothing is logged. ``waiting`` are answers (not rows) that are not written
    yet; ``dropped`` rows found no room, or no database in time. ``error`` is why the last attempt
    to write failed, ``None`` if it did not.
    """

    share: float
    on: bool
    reason: str | None
    waiting: int
    written: int
    dropped: int
    last_written_at: datetime | None
    error: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        last = None if self.last_written_at is None else self.last_written_at.isoformat()
        return asdict(self) | {"last_written_at": last}


class ServedLog:
    """Logs the online answers about a ``share`` of entities. Safe to share between threads.

    At most 2,000,000 values wait; a thread, started with the first answer, writes them every two
    seconds, sooner when many wait, and at the end. While the database is away they wait; where
    there is no room the oldest go, and are counted. A role that may not append to the log, and a
    forked process, log nothing.
    """

    def __init__(
        self, database: Database, log: EventLog, metadata: Callable[[], Metadata], share: float
    ) -> None:
        self.share = check_share("serve_log", share)
        self._lock = Lock()
        self._queue: deque[Answered] = deque()
        self._cells = 0
        self._dropped = 0
        self._off: str | None = None if share > 0 else "serve_log is 0: no entity is sampled"
        self._writer = ServedWriter(database, log, metadata, share, self._take)
        _logs.add(self)

    @property
    def on(self) -> bool:
        """Whether answers are logged."""
        return self._off is None and self._writer.refused is None

    def offer(self, answer: Answered) -> None:
        """Take a finished answer; the oldest that wait go where there is no room."""
        gone: list[Answered] = []
        with self._lock:
            self._queue.append(answer)
            self._cells += answer.cells
            while self._cells > MOST_CELLS and len(self._queue) > 1:
                gone.append(self._queue.popleft())
                self._cells -= gone[-1].cells
            crowded = self._cells > WAKE_CELLS
        if gone:
            rows = sum(each.logged(self.share) for each in gone)
            with self._lock:
                self._dropped += rows
        if crowded or not self._writer.running:
            self._writer.wake(now=crowded)

    def flush(self) -> int | None:
        """Write what waits, and return the position of it; ``None`` when nothing was written.

        Raises ``DatabaseError`` when the database is away; what waits stays.
        """
        return self._writer.write() if self.on else None

    def status(self) -> Logging:
        """Return how logging stands."""
        with self._lock:
            waiting, dropped = len(self._queue), self._dropped
        writer = self._writer
        return Logging(
            share=self.share,
            on=self.on,
            reason=self._off if self._off is not None else writer.refused,
            waiting=waiting,
            written=writer.written,
            dropped=dropped + writer.dropped,
            last_written_at=writer.last_written_at,
            error=writer.error,
        )

    def close(self, timeout: float = CLOSING_SECONDS) -> None:
        """Write what waits if that takes no longer than ``timeout`` seconds; then log no more.

        What could not be written is counted as dropped, and a warning says how many.
        """
        if self._off is None:
            refused = self._writer.refused
            self._off = "the store was closed" if refused is None else refused
            self._writer.close(timeout)

    def __repr__(self) -> str:
        return f"ServedLog({self.status()!r})"

    def _take(self) -> tuple[list[Answered], int]:
        """Return what waits, and how many rows were dropped since the last time."""
        with self._lock:
            taken, dropped = list(self._queue), self._dropped
            self._queue.clear()
            self._cells = self._dropped = 0
            return taken, dropped

    def _forked(self) -> None:
        """Leave what waits, and the connections, to the parent."""
        self._lock, self._off = Lock(), _FORKED
        self._queue.clear()
        self._cells = 0


def _forked() -> None:
    for log in list(_logs):
        log._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
