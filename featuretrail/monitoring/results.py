"""What ``store.monitor`` gives back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from attrs import frozen

from featuretrail.alerts.results import DeliveryReport
from featuretrail.domain.aggregates.monitor import Monitor
from featuretrail.domain.errors import ConflictError
from featuretrail.domain.events import MonitorRan
from featuretrail.domain.monitoring.schedule import next_due
from featuretrail.domain.results import Result


@frozen
class MonitorRun(Result):
    """One run: what was checked of the event times ``[since, until)``, and what came of it.

    ``outcome`` is ``passed``, ``found``, ``failed`` or ``not evaluated``; ``results`` has one
    object a check; ``skipped`` windows before this one were left out.
    """

    name: str
    since: datetime
    until: datetime
    outcome: str
    results: tuple[Mapping[str, Any], ...]
    skipped: int
    ran_at: datetime
    duration_ms: float

    @classmethod
    def of(cls, event: MonitorRan) -> Self:
        """Return the run of an event."""
        return cls(
            name=event.name,
            since=event.window_start,
            until=event.window_end,
            outcome=event.outcome,
            results=tuple(event.results),
            skipped=event.skipped,
            ran_at=event.ran_at,
            duration_ms=event.duration_ms,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the run as a JSON object."""
        return {
            "name": self.name,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "outcome": self.outcome,
            "results": [dict(each) for each in self.results],
            "skipped": self.skipped,
            "ran_at": self.ran_at.isoformat(),
            "duration_ms": self.duration_ms,
        }


@frozen
class MonitorInfo(Result):
    """A monitor that is scheduled; ``every`` or ``cron`` is ``None``.

    ``next_due`` is when its next window can be checked, ``last`` its last run.
    """

    name: str
    subject: str
    checks: tuple[str, ...]
    every: timedelta | None
    cron: str | None
    window: timedelta
    allowance: timedelta
    missed: str
    quality_below: float | None
    starts_at: datetime
    next_due: datetime | None
    last: MonitorRun | None

    @classmethod
    def of(cls, monitor: Monitor) -> Self:
        """Return a monitor that is scheduled."""
        said = monitor.said
        if said is None:
            raise ConflictError(f"monitor {monitor.name!r} is not scheduled")
        every = said.every_microseconds
        return cls(
            name=said.name,
            subject=said.subject,
            checks=tuple(said.checks),
            every=None if every is None else timedelta(microseconds=every),
            cron=said.cron,
            window=timedelta(microseconds=said.window_microseconds),
            allowance=timedelta(microseconds=said.allowance_microseconds),
            missed=said.missed,
            quality_below=said.quality_below,
            starts_at=said.starts_at,
            next_due=next_due(said, monitor.last_end),
            last=None if monitor.last is None else MonitorRun.of(monitor.last),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the monitor as a JSON object, its periods in seconds."""
        return {
            "name": self.name,
            "subject": self.subject,
            "checks": list(self.checks),
            "every_seconds": None if self.every is None else self.every.total_seconds(),
            "cron": self.cron,
            "window_seconds": self.window.total_seconds(),
            "allowance_seconds": self.allowance.total_seconds(),
            "missed": self.missed,
            "quality_below": self.quality_below,
            "starts_at": self.starts_at.isoformat(),
            "next_due": None if self.next_due is None else self.next_due.isoformat(),
            "last": None if self.last is None else self.last.to_dict(),
        }


@frozen
class MonitorReport(Result):
    """What one pass did: its runs in order, monitors that another process is at, and alerts."""

    runs: tuple[MonitorRun, ...]
    elsewhere: tuple[str, ...]
    alerts: DeliveryReport

    @property
    def found(self) -> bool:
        """Whether a check found something, another of the same run having failed or not."""
        return any(result["outcome"] == "found" for run in self.runs for result in run.results)

    @property
    def failed(self) -> bool:
        """Whether a check failed."""
        return any(each.outcome == "failed" for each in self.runs)

    @property
    def ok(self) -> bool:
        """Whether nothing was found and nothing failed, alerts included."""
        return not self.found and not self.failed and self.alerts.ok

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "ok": self.ok,
            "runs": [each.to_dict() for each in self.runs],
            "elsewhere": list(self.elsewhere),
            "alerts": self.alerts.to_dict(),
        }
