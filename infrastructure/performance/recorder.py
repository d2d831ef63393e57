"""The recorder: takes measurements in memory, and writes them to the log from a thread of its own.

Whoever measures never waits for the database and never sees its errors.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakSet

from attrs import asdict, frozen

from featuretrail.domain.events import Metadata
from featuretrail.domain.events.performance import Context, Measurement, Operation
from featuretrail.domain.records import measurement
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.performance.buffer import MOST_MEASUREMENTS, Buffer
from featuretrail.infrastructure.performance.usage import Call, CallCost, Selection, Use, Uses
from featuretrail.infrastructure.performance.writer import Writer

ADD_UP = 1_000
"""Uses that are queued before they are added up."""

CLOSING_SECONDS = 2.0
"""How long closing waits for the last measurements to be written."""

_FORKED = "this process was forked from the one that opened the store"

_recorders: "WeakSet[Recorder]" = WeakSet()


@frozen
class Recording(Result):
    """How recording stands: whether it is on and, if not, why; counts of feature uses.

    ``waiting`` are not written yet, ``dropped`` will never be: there was no room for them, or no
    database in time. ``error`` is why the last attempt to write failed, ``None`` if it did not.
    """

    on: bool
    reason: str | None
    waiting: int
    written: int
    dropped: int
    error: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


class Recorder:
    """Records what uses of features cost. Safe to share between threads.

    At most 20,000 measurements wait; a thread, started with the first of them, writes them every
    minute, sooner when half of the room is taken, and at the end. While the database is away they
    wait, and what finds no room is counted as dropped. A role that may not append to the log, and a
    forked process, record nothing.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        metadata: Callable[[], Metadata],
        *,
        on: bool = True,
    ) -> None:
        self._lock = Lock()
        self._queue: deque[Uses | Call] = deque()
        self._buffer = Buffer()
        self._dropped = 0
        self._written_elsewhere = 0
        self._off: str | None = None if on else "it was switched off by record_performance"
        self._writer = Writer(database, log, metadata, self._take)
        _recorders.add(self)

    @property
    def on(self) -> bool:
        """Whether uses are recorded; measuring for nothing can be spared otherwise."""
        return self._off is None and self._writer.refused is None

    @property
    def position(self) -> int | None:
        """The position of the last that this process wrote, ``None`` before there is one."""
        known = [
            each
            for each in (self._writer.position, self._written_elsewhere)
            if each is not None and each > 0
        ]
        return max(known, default=None)

    def written_at(self, position: int) -> None:
        """Take note that measurements that did not come through here are at ``position``."""
        with self._lock:
            self._written_elsewhere = max(position, self._written_elsewhere)

    def record(self, measurements: Iterable[Measurement]) -> None:
        """Take ``measurements``; those of the same kind and about the same time become one.

        Raises ``InvalidInputError`` for one that was not made by ``records.measurement``.
        """
        for given in measurements:
            each = measurement(**dict(given))
            use = Use(
                Selection(((each.feature_name, each.version),)),
                each.computation_context,
                each.operation,
                each.snapshot_id,
                each.performance_score,
                each.accuracy_impact,
            )
            self.add(
                use,
                each.computation_time_ms,
                at=each.measured_at,
                uses=each.usage_frequency,
                cpu_ms=each.cpu_time_ms,
                memory_mb=each.memory_usage_mb,
                rows=each.row_count,
            )

    def add_call(
        self,
        cost: CallCost,
        context: Context,
        operation: Operation,
        snapshot_id: str | None = None,
    ) -> None:
        """Take one call for several features; each has its share of what the call cost."""
        if self._off is None and self._writer.refused is None:
            self._enqueue(Call(time.time(), cost, context, operation, snapshot_id))

    def add(
        self,
        use: Use,
        milliseconds: float,
        *,
        at: datetime | None = None,
        uses: int = 1,
        cpu_ms: float | None = None,
        memory_mb: float | None = None,
        rows: int | None = None,
    ) -> None:
        """Take ``uses`` that cost each feature of the use's selection ``milliseconds`` each."""
        if self._off is not None or self._writer.refused is not None:
            return
        moment = time.time() if at is None else at.timestamp()
        self._enqueue(Uses(use, moment, milliseconds, uses, cpu_ms, memory_mb, rows))

    def _enqueue(self, what: Uses | Call) -> None:
        self._queue.append(what)
        if len(self._queue) >= ADD_UP:
            self._add_up()
        if not self._writer.running:
            self._writer.wake(now=False)

    def flush(self) -> int | None:
        """Write what waits, and return the position of it; ``None`` when nothing was written.

        Raises ``DatabaseError`` when the database is away; what waits stays.
        """
        return self._writer.write() if self.on else None

    def status(self) -> Recording:
        """Return how recording stands."""
        self._add_up()
        with self._lock:
            waiting, dropped = self._buffer.uses(), self._dropped
        writer = self._writer
        return Recording(
            on=self.on,
            reason=self._off if self._off is not None else writer.refused,
            waiting=0 if writer.refused is not None else waiting + writer.waiting,
            written=writer.written,
            dropped=dropped + writer.dropped,
            error=writer.error,
        )

    def close(self, timeout: float = CLOSING_SECONDS) -> None:
        """Write what waits if that takes no longer than ``timeout`` seconds; then record no more.

        What could not be written is counted as dropped, and a warning says how many.
        """
        if self._off is None:
            refused = self._writer.refused
            self._off = "the store was closed" if refused is None else refused
            self._writer.close(timeout)

    def __repr__(self) -> str:
        return f"Recorder({self.status()!r})"

    def _take(self) -> Buffer:
        """Return what waits and begin anew."""
        self._add_up()
        with self._lock:
            taken, self._buffer = self._buffer, Buffer()
            return taken

    def _add_up(self) -> None:
        """Take what is queued into the buffer: many at once cost a fraction of one by one."""
        with self._lock:
            while self._queue:
                what = self._queue.popleft()
                for each in (what,) if isinstance(what, Uses) else what.uses():
                    if not self._buffer.add(*each):
                        self._dropped += each.number * len(each.use.selection.features)
            crowded = self._buffer.size * 2 > MOST_MEASUREMENTS
        if crowded:
            self._writer.wake(now=True)

    def _forked(self) -> None:
        """Leave what waits, and the connections, to the parent."""
        self._lock, self._buffer, self._off = Lock(), Buffer(), _FORKED
        self._queue.clear()


def _forked() -> None:
    for recorder in list(_recorders):
        recorder._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
