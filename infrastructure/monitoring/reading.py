"""Monitors read from the log: their schedules, and the last run of each."""

from typing import Any

import psycopg

from featuretrail.domain.aggregates.monitor import Monitor, MonitorEvent
from featuretrail.domain.events import MonitorRan, MonitorScheduled, MonitorUnscheduled, stream_id
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]


class MonitorReader:
    """Reads monitors; never more of the log than schedules and last runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def scheduled(self) -> dict[str, Monitor]:
        """Return the monitors that are scheduled, by name."""
        with self._database.connection() as connection:
            found = self._folded(connection)
        return {name: each for name, each in sorted(found.items()) if each.said is not None}

    def one(self, name: str, connection: AnyConnection | None = None) -> Monitor:
        """Return a monitor, scheduled or not, as the transaction of ``connection`` sees it."""
        if connection is None:
            with self._database.connection() as own:
                return self.one(name, own)
        return self._folded(connection).get(name) or Monitor.initial(name)

    def _folded(self, connection: AnyConnection) -> dict[str, Monitor]:
        monitors: dict[str, Monitor] = {}
        events = _events(connection, "monitoring/scheduled", {})
        named = sorted({event.name for event in events})
        streams = [stream_id("monitor", name) for name in named]
        runs = _events(connection, "monitoring/last_runs", {"streams": streams})
        for event in sorted([*events, *runs], key=lambda each: each.originator_version):
            state = monitors.get(event.name) or Monitor.initial(event.name)
            monitors[event.name] = state.evolve(event)
        return monitors


def _events(connection: AnyConnection, name: str, facts: dict[str, Any]) -> list[MonitorEvent]:
    rows = connection.execute(query(name), facts, binary=True)
    return [_monitor_event(RecordedEvent.from_row(row).event) for row in rows]


def _monitor_event(event: object) -> MonitorEvent:
    if not isinstance(event, MonitorScheduled | MonitorUnscheduled | MonitorRan):
        raise TypeError(f"{type(event).__name__} is no event of a monitor")
    return event
