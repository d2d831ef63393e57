"""What people do about alerts: take notice of them, have them tried again."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from attrs import frozen

from featuretrail.alerts.deciding import decided_again
from featuretrail.domain.aggregates.alert import Alert, decide_acknowledge
from featuretrail.domain.alerts.again import decide_again
from featuretrail.domain.errors import ConflictError, InvalidInputError, NotFoundError
from featuretrail.domain.events import AlertRaised, DriftDetected, Metadata
from featuretrail.domain.inputs import shown
from featuretrail.infrastructure.alerts.reading import AlertReader
from featuretrail.infrastructure.log.application import EventLog

INCIDENT = "drift incident "
"""How the situations of drift incidents begin."""


@frozen
class Replies:
    """Records what people do about alerts.

    ``acknowledge_incident`` is what takes notice of a drift incident by its id, once or again.
    """

    _log: EventLog
    _reader: AlertReader
    _acknowledge_incident: Callable[[UUID], object]

    def acknowledge(self, what: UUID | str, metadata: Metadata) -> None:
        """Take notice of what an alert, or an incident, is about, for all its destinations."""
        situation = self._situation(alert_or_incident(what))
        incident = situation.removeprefix(INCIDENT)
        if incident != situation:
            self._acknowledge_incident(UUID(incident))
        found = decided_again(lambda: self._acknowledge_openings(situation, metadata))
        if incident == situation and not found:
            raise ConflictError(f"what {what} is about ({situation}) has ended")

    def again(self, what: UUID | str, now: datetime, metadata: Metadata) -> Alert:
        """Raise anew what was given up, and return it."""
        event = decide_again(
            self._reader.alert(alert_or_incident(what)), self._reader.open(), now, metadata
        )
        self._log.append(event)
        return self._reader.alert(event.originator_id)

    def _situation(self, own_id: UUID) -> str:
        first = next((each.event for each in self._log.history(own_id)), None)
        if isinstance(first, AlertRaised):
            return first.situation
        if isinstance(first, DriftDetected):
            return f"{INCIDENT}{own_id}"
        raise NotFoundError("alert or drift incident", str(own_id))

    def _acknowledge_openings(self, situation: str, metadata: Metadata) -> bool:
        """Take notice of the alerts that opened a situation; tell whether there are any."""
        found = [
            each for each in self._reader.open().openings() if each.said.situation == situation
        ]
        events = [event for each in found for event in decide_acknowledge(each, metadata)]
        if events:
            self._log.append(*events)
        return bool(found)


def alert_or_incident(given: object) -> UUID:
    """Return an id that is given as such, or as text as the log and messages show it."""
    text = str(given).removeprefix(INCIDENT).removeprefix("alert ").strip()
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInputError(
            f"{shown(given)} is no id of an alert or an incident; see featuretrail alerts list"
        ) from None
