"""What the log and the read side say of baselines, checks and incidents."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from pydantic_core import to_json

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import (
    BaselineCreated,
    DriftAcknowledged,
    DriftChecked,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    stream_id,
)
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.evidence import ConsistencyFound
from featuretrail.domain.quality.incident import Incident, incident_of
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]
Tracked = tuple[DriftIncident, Sequence[RecordedEvent]]

INCIDENT_EVENTS = (DriftDetected, DriftUpdated, DriftAcknowledged, DriftResolved)


class QualityReader:
    """Reads what was recorded of quality and drift."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def baselines(self) -> list[Baseline]:
        """Return the baselines, oldest first."""
        found = []
        for each in self._events("quality/baselines", {}):
            event = each.event
            assert isinstance(event, BaselineCreated)  # noqa: S101 - the query's topic
            found.append(Baseline.of(event, each.recorded_at))
        return found

    def baseline(self, name: str) -> Baseline:
        """Return a baseline by its name; raise ``NotFoundError`` naming those that exist."""
        for each in self._last([stream_id("baseline", str(name))], 1):
            if isinstance(each.event, BaselineCreated):
                return Baseline.of(each.event, each.recorded_at)
        raise NotFoundError("baseline", name, [each.name for each in self.baselines()])

    def last_checks(self, names: Iterable[str], number: int = 1) -> list[RecordedEvent]:
        """Return the newest ``number`` checks of each stream of checks, newest first."""
        return self._last([stream_id("drift check", name) for name in names], number)

    def same_check(self, name: str, same: dict[str, Any]) -> RecordedEvent | None:
        """Return the newest check of a stream whose event says ``same``, if there is one."""
        facts = {"stream": stream_id("drift check", name), "same": to_json(same).decode()}
        return next(iter(self._events("quality/same_check", facts)), None)

    def checks(self, after: int, until: int) -> list[RecordedEvent]:
        """Return the checks recorded at positions in ``(after, until]``, oldest first."""
        return self._events("quality/checks", {"after": after, "until": until})

    def incidents(self, *, is_open: bool | None) -> list[Incident]:
        """Return the incidents that are open, are not, or (``None``) all, oldest first."""
        streams: dict[UUID, list[RecordedEvent]] = {}
        for each in self._events("quality/incidents", {"open": is_open}):
            streams.setdefault(each.originator_id, []).append(each)
        return [self._told(own_id, events) for own_id, events in streams.items()]

    def incident(self, incident_id: UUID) -> Tracked:
        """Return an incident and its events; raise ``NotFoundError``."""
        events = self._last([incident_id], 2**31 - 1)[::-1]
        if not events or not isinstance(events[0].event, DriftDetected):
            known = [str(each.incident_id) for each in self.incidents(is_open=True)]
            raise NotFoundError("drift incident", str(incident_id), known)
        return _folded(incident_id, events), events

    def told(self, incident_id: UUID) -> Incident:
        """Return an incident as people read it; raise ``NotFoundError``."""
        return self._told(incident_id, self.incident(incident_id)[1])

    def consistency(self, path: str, snapshot_id: str | None = None) -> list[ConsistencyFound]:
        """Return the newest consistency check of each type for a feature (of one snapshot)."""
        facts = {"feature": path, "snapshot": snapshot_id}
        with self._database.connection() as connection:
            rows = connection.execute(query("quality/consistency"), facts).fetchall()
        return [ConsistencyFound(*row) for row in rows]

    def _told(self, own_id: UUID, events: Sequence[RecordedEvent]) -> Incident:
        state = _folded(own_id, events)
        times = {type(each.event): each.recorded_at for each in events}
        return incident_of(state, times, events[-1].position)

    def _last(self, streams: Sequence[UUID], number: int) -> list[RecordedEvent]:
        return self._events("quality/last_events", {"streams": list(streams), "number": number})

    def _events(self, name: str, facts: dict[str, Any]) -> list[RecordedEvent]:
        with self._database.connection() as connection:
            rows = connection.execute(query(name), facts, binary=True).fetchall()
        return [RecordedEvent.from_row(row) for row in rows]


def drift_check(recorded: RecordedEvent) -> DriftChecked:
    """Return the event of a check; raise ``NotFoundError`` for another kind."""
    event = recorded.event
    if not isinstance(event, DriftChecked):
        raise NotFoundError("drift check at position", recorded.position)
    return event


def _folded(own_id: UUID, events: Iterable[RecordedEvent]) -> DriftIncident:
    state = DriftIncident.initial(own_id)
    for each in events:
        event = each.event
        if isinstance(event, INCIDENT_EVENTS):
            state = state.evolve(event)
    return state
