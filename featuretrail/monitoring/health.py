"""How watching goes: alerts that did not get through, monitors that stand still."""

from datetime import datetime
from typing import Any

from featuretrail.domain.aggregates.alert import Alert
from featuretrail.domain.monitoring.staleness import stale
from featuretrail.infrastructure.alerts.reading import AlertReader
from featuretrail.infrastructure.monitoring.reading import MonitorReader

Facts = dict[str, Any]


def alert_health(reader: AlertReader) -> Facts:
    """Return how many rules hold, what waits or failed, and what was given up unknown to anyone."""
    outbox = reader.open()
    told = outbox.told()
    waiting = outbox.waiting()
    lost = [
        each for each in outbox.alerts.values() if each.status == "given up" and each.id not in told
    ]
    failing = [each for each in waiting if each.attempts]
    return {
        "rules": sum(rule.said is not None for rule in reader.rules().values()),
        "waiting": len(waiting),
        "failing": len(failing),
        "given_up": len(lost),
        "oldest_waiting": _spelled(min((each.said.raised_at for each in waiting), default=None)),
        "troubles": [_trouble(each) for each in [*failing, *lost]],
    }


def monitor_health(reader: MonitorReader, now: datetime) -> Facts:
    """Return how many monitors are scheduled, and which of them are stale as of ``now``."""
    scheduled = reader.scheduled()
    found = {name: stale(each, now, 0) for name, each in scheduled.items()}
    return {
        "scheduled": len(scheduled),
        "stale": [{"monitor": name, "reason": each.text} for name, each in found.items() if each],
    }


def _trouble(alert: Alert) -> Facts:
    return {
        "alert": str(alert.id),
        "status": alert.status,
        "destination": alert.said.destination,
        "title": alert.said.title,
        "attempts": alert.attempts,
        "next_attempt_at": _spelled(alert.next_attempt_at),
        "error": alert.error,
    }


def _spelled(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
