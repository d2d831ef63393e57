"""Alerts read from the log: rules, what is open, and what rules have not been asked about."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
from attrs import frozen

from featuretrail.domain.aggregates.alert import Alert, AlertEvent
from featuretrail.domain.aggregates.drift_incident import DriftEvent, DriftIncident
from featuretrail.domain.alerts.occurrence import Occurrence, occurrence
from featuretrail.domain.alerts.outbox import Outbox
from featuretrail.domain.alerts.rule import Rule
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import (
    ALERT_EVENTS,
    DRIFT_EVENTS,
    AlertRaised,
    AlertRuleRemoved,
    AlertRuleSet,
    AlertsEvaluated,
    stream_id,
)
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

EVALUATION = stream_id("alert evaluation", "")
PAGE = 2_000


@frozen
class Evaluated:
    """How far the rules were asked: the events of that so far, the position, and the floor."""

    version: int = 0
    until: int = 0
    floor: int = 0


class AlertReader:
    """Reads alerts: rules in force, alerts from where any is open, findings since the last time."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    def rules(self, connection: AnyConnection | None = None) -> dict[str, Rule]:
        """Return every rule that was ever set, by name."""
        rules: dict[str, Rule] = {}
        for each in self._read("alerts/rules", {}, connection):
            event = each.event
            if not isinstance(event, AlertRuleSet | AlertRuleRemoved):
                raise TypeError(f"{type(event).__name__} is no event of a rule")
            rule = rules.get(event.name) or Rule.initial(event.name)
            rules[event.name] = rule.evolve(event, each.position)
        return dict(sorted(rules.items()))

    def evaluated(self) -> Evaluated:
        """Return how far the rules were asked."""
        found = self._read("alerts/evaluated", {"stream": EVALUATION})
        if not found:
            return Evaluated()
        event = found[0].event
        if not isinstance(event, AlertsEvaluated):
            raise TypeError(f"{type(event).__name__} is no evaluation")
        return Evaluated(event.originator_version, event.until, event.floor)

    def outbox(self, floor: int = 0) -> Outbox:
        """Return the alerts that were raised from position ``floor`` on."""
        recorded = self._read("alerts/events", {"floor": floor})
        return Outbox().evolve((each.position, _alert_event(each.event)) for each in recorded)

    def open(self) -> Outbox:
        """Return the alerts that were raised from where any is still open."""
        return self.outbox(self.evaluated().floor)

    def alert(self, alert_id: UUID) -> Alert:
        """Return an alert as it is now; raise ``NotFoundError`` for what is none."""
        history = self._log.history(alert_id)
        if not history or not isinstance(history[0].event, AlertRaised):
            raise NotFoundError("alert", str(alert_id))
        state = Alert.initial(alert_id)
        for each in history:
            state = state.evolve(_alert_event(each.event), each.position)
        return state

    def occurrences(self, after: int, until: int) -> Iterator[Occurrence]:
        """Yield what rules may speak of in ``(after, until]``, in order."""
        incidents: dict[UUID, DriftIncident] = {}
        full = True
        while full:
            facts = {"after": after, "until": until, "limit": PAGE}
            page = self._read("alerts/findings", facts)
            for each in page:
                incident = self._incident(each, incidents)
                found = occurrence(each.event, each.position, each.recorded_at, incident)
                if found is not None:
                    yield found
            full = len(page) == PAGE
            after = page[-1].position if page else after

    def incident(self, incident_id: UUID) -> DriftIncident:
        """Return a drift incident as it is now."""
        return _replayed(incident_id, self._log.history(incident_id))

    def _incident(
        self, recorded: RecordedEvent, known: dict[UUID, DriftIncident]
    ) -> DriftIncident | None:
        """Return a drift event's incident as it was right after it."""
        if not isinstance(recorded.event, DRIFT_EVENTS):
            return None
        stream = recorded.originator_id
        before = known.get(stream)
        if before is None:
            history = self._log.history(stream, until=recorded.position)
            known[stream] = _replayed(stream, history)
        else:
            known[stream] = before.evolve(recorded.event)
        return known[stream]

    def _read(
        self, name: str, facts: dict[str, Any], connection: AnyConnection | None = None
    ) -> list[RecordedEvent]:
        if connection is None:
            with self._database.connection() as own:
                return self._read(name, facts, own)
        rows = connection.execute(query(name), facts, binary=True).fetchall()
        return [RecordedEvent.from_row(row) for row in rows]


def _replayed(incident_id: UUID, history: list[RecordedEvent]) -> DriftIncident:
    state = DriftIncident.initial(incident_id)
    for each in history:
        state = state.evolve(_drift_event(each.event))
    return state


def _drift_event(event: object) -> DriftEvent:
    if not isinstance(event, DRIFT_EVENTS):
        raise TypeError(f"{type(event).__name__} is no event of a drift incident")
    return event


def _alert_event(event: object) -> AlertEvent:
    if not isinstance(event, ALERT_EVENTS):
        raise TypeError(f"{type(event).__name__} is no event of an alert")
    return event
