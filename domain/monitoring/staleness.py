"""Monitors that should have said something and did not."""

from datetime import datetime

from featuretrail.domain.aggregates.monitor import Monitor
from featuretrail.domain.alerts.occurrence import Occurrence
from featuretrail.domain.events import AlertRaised, MonitorScheduled
from featuretrail.domain.monitoring.schedule import next_due

MISSED = 2
"""How many windows in a row may be due and not checked before a monitor is stale."""


def stale(monitor: Monitor, now: datetime, position: int) -> Occurrence | None:
    """Return that a monitor is stale as of ``now``, the log being at ``position``; else ``None``.

    It is when ``MISSED`` windows in a row are due whose checks failed, or that were not checked and
    nothing ran since they were due.
    """
    said = monitor.said
    if said is None:
        return None
    healthy = monitor.succeeded_until
    overdue = _due_after(monitor, said, healthy, MISSED)
    failed = monitor.last is not None and monitor.last.outcome == "failed"
    if overdue is None or overdue > now:
        return None
    if not failed and monitor.last is not None and monitor.last.ran_at >= overdue:
        return None  # it is catching up
    why = "its checks fail" if failed else "nobody runs it: start featuretrail monitor run"
    since = "it was scheduled" if healthy is None else f"the window until {healthy.isoformat()}"
    return Occurrence(
        kind="monitor",
        situation=f"monitor {monitor.name}",
        name=monitor.name,
        phase="found",
        severity="medium",
        title=f"monitor {monitor.name} is stale",
        text=f"it has checked nothing since {since}; {why}",
        position=position,
        stream=monitor.id,
        version=monitor.version,
        recorded_at=now,
        facts={"succeeded_until": None if healthy is None else healthy.isoformat()},
    )


def ended(
    said: AlertRaised, monitor: Monitor | None, now: datetime, position: int
) -> Occurrence | None:
    """Return that what an alert said of a stale monitor has ended without a run, else ``None``.

    It has when the monitor is not scheduled any more (``monitor`` is ``None``), or is by a schedule
    by which nothing is overdue.
    """
    if said.source_stream is None or said.source_version is None:
        return None
    if monitor is not None and (
        monitor.version == said.source_version or stale(monitor, now, position) is not None
    ):
        return None
    return Occurrence(
        kind="monitor",
        situation=said.situation,
        name=said.situation.removeprefix("monitor "),
        phase="ended",
        severity=said.severity,
        title=said.title,
        text="it is not scheduled any more" if monitor is None else "it has another schedule",
        position=position,
        stream=said.source_stream,
        version=said.source_version,
        recorded_at=now,
    )


def _due_after(
    monitor: Monitor, said: MonitorScheduled, end: datetime | None, count: int
) -> datetime | None:
    """Return when the ``count``-th window after one that ended at ``end`` is due, if ever."""
    due = None
    for _ in range(count):
        due = next_due(said, end)
        if due is None:
            return None
        end = monitor.end_of(due)
    return due
