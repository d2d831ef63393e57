"""Running what is due, each window once, whoever else is at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from time import perf_counter

import psycopg
from attrs import frozen

from featuretrail.domain.aggregates.monitor import Monitor, decide_ran
from featuretrail.domain.errors import ConcurrencyError
from featuretrail.domain.events import Metadata
from featuretrail.domain.monitoring.schedule import due, window_start
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.monitoring.reading import MonitorReader
from featuretrail.infrastructure.queries import query
from featuretrail.monitoring.checking import Checkers, check
from featuretrail.monitoring.results import MonitorRun

AT_ONCE = 100
"""Windows of one monitor that a pass catches up with, so that the others have their turn."""

Stopped = Callable[[], bool]


@frozen
class Runner:
    """Runs due windows under a lock a monitor; the log refuses whoever lost the lock meanwhile."""

    _database: Database
    _log: EventLog
    _reader: MonitorReader
    _checkers: Checkers

    def run(
        self, now: datetime, metadata: Metadata, stopped: Stopped
    ) -> tuple[list[MonitorRun], list[str]]:
        """Return the runs of all that is due at ``now``, and the monitors that others are at."""
        runs: list[MonitorRun] = []
        elsewhere: list[str] = []
        with self._database.apart() as session:
            for name, monitor in self._reader.scheduled().items():
                if stopped():
                    break
                if not _due(monitor, now):
                    continue
                with _owned(session, name) as own:
                    if not own:
                        elsewhere.append(name)
                        continue
                    try:
                        runs.extend(self._windows(name, now, metadata, stopped))
                    except ConcurrencyError:  # scheduled anew meanwhile, or the lock was lost
                        elsewhere.append(name)
        return runs, elsewhere

    def _windows(
        self, name: str, now: datetime, metadata: Metadata, stopped: Stopped
    ) -> Iterator[MonitorRun]:
        monitor = self._reader.one(name)  # again: another may have run it before the lock was ours
        if monitor.said is None:
            return
        wanted = due(monitor.said, monitor.last_end, now, AT_ONCE)
        for end in wanted.ends:
            if stopped():
                return
            event = self._window(monitor, end, now, wanted.skipped, metadata)
            yield event
            monitor = self._reader.one(name)

    def _window(
        self,
        monitor: Monitor,
        end: datetime,
        now: datetime,
        skipped: int,
        metadata: Metadata,
    ) -> MonitorRun:
        assert monitor.said is not None  # noqa: S101 - what is due is scheduled
        begun = perf_counter()
        window = (window_start(monitor.said, end), end)
        results = check(monitor.said, self._checkers, window)
        milliseconds = (perf_counter() - begun) * 1000
        event = decide_ran(
            monitor, end, results, metadata, skipped=skipped, ran_at=now, duration_ms=milliseconds
        )
        self._log.append(event)
        return MonitorRun.of(event)


def _due(monitor: Monitor, now: datetime) -> bool:
    return monitor.said is not None and bool(due(monitor.said, monitor.last_end, now, 1).ends)


@contextmanager
def _owned(session: AnyConnection, name: str) -> Iterator[bool]:
    """Tell whether this process alone may run a monitor, until the block ends."""
    row = session.execute(query("monitoring/own"), {"name": name}).fetchone()
    own = row is not None and bool(row[0])
    try:
        yield own
    finally:
        if own:
            with suppress(psycopg.OperationalError):  # the session is lost, and the lock with it
                session.execute(query("monitoring/disown"), {"name": name})
