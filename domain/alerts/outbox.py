"""The outbox: what is still open of all alerts, folded from their events."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.aggregates.alert import Alert, AlertEvent

HOUR = timedelta(hours=1)

Place = tuple[str, str, str]
"""A rule, a destination and a situation: who has been told of what."""


def place(alert: Alert) -> Place:
    """Return where an alert belongs."""
    return alert.said.rule, alert.said.destination, alert.said.situation


@frozen
class Outbox:
    """Alerts by their ids, in the order they were raised in."""

    alerts: Mapping[UUID, Alert] = {}

    def evolve(self, events: Iterable[tuple[int, AlertEvent]]) -> Self:
        """Return the outbox after ``events``, each with its position.

        Events of an alert that was raised before the first of them are passed over: it was settled.
        """
        alerts = dict(self.alerts)
        for position, event in events:
            before = alerts.get(event.originator_id)
            if before is None and event.originator_version > 1:
                continue
            state = Alert.initial(event.originator_id) if before is None else before
            alerts[event.originator_id] = state.evolve(event, position)
        return evolve(self, alerts=alerts)

    def having(self, alert: Alert) -> Self:
        """Return the outbox with ``alert`` as it is now."""
        return evolve(self, alerts={**self.alerts, alert.id: alert})

    def messages(self, where: Place) -> list[Alert]:
        """Return the alerts of a rule, destination and situation since that was opened last."""
        found: list[Alert] = []
        for alert in self.alerts.values():
            if place(alert) == where:
                found = [alert] if alert.said.occasion == "opened" else [*found, alert]
        return found

    def openings(self) -> Iterator[Alert]:
        """Yield the alerts that opened a situation which has not ended."""
        for alert in self.alerts.values():
            if alert.said.occasion == "opened" and not alert.resolved:
                yield alert

    def opening(self, where: Place) -> Alert | None:
        """Return the alert that opened a situation which has not ended, if one did."""
        return next((each for each in self.openings() if place(each) == where), None)

    def waiting(self, destination: str | None = None) -> list[Alert]:
        """Return the alerts that are yet to be delivered."""
        return [
            alert
            for alert in self.alerts.values()
            if alert.status == "waiting" and destination in (None, alert.said.destination)
        ]

    def due(self, now: datetime) -> list[Alert]:
        """Return what is to be tried at ``now``; of one situation only the first that waits."""
        first: dict[Place, Alert] = {}
        for alert in self.waiting():
            first.setdefault(place(alert), alert)
        due = [each for each in first.values() if _reached(each.next_attempt_at, now)]
        return sorted(due, key=lambda each: each.raised_position)

    def untold(self, destination: str) -> list[Alert]:
        """Return what was held back or given up that no other message told of, nor may yet."""
        told = self.told()
        return [
            alert
            for alert in self.alerts.values()
            if alert.said.destination == destination
            and alert.status in ("held back", "given up")
            and alert.id not in told
        ]

    def told(self) -> dict[UUID, UUID]:
        """Return which other message got there, or may yet, that tells of an alert."""
        return {
            each: alert.id
            for alert in self.alerts.values()
            if alert.status in ("waiting", "delivered")
            for each in alert.said.held_back
        }

    def sent_in_last_hour(self, destination: str, now: datetime) -> list[datetime]:
        """Return when the messages of the last hour were raised, those held back left out."""
        return [
            alert.said.raised_at
            for alert in self.alerts.values()
            if alert.said.destination == destination
            and alert.status != "held back"
            and alert.said.raised_at > now - HOUR
        ]

    def floor(self, until: int, now: datetime) -> int:
        """Return the position from which on alerts must be read to know all that is open.

        It is ``until`` + 1 when nothing is. What was told in the last day counts as open.
        """
        open_places = {place(each) for each in self.openings()}
        destinations = {alert.said.destination for alert in self.alerts.values()}
        untold = {each.id for name in destinations for each in self.untold(name)}
        needed = (
            alert.raised_position
            for alert in self.alerts.values()
            if alert.status == "waiting"
            or alert.id in untold
            or place(alert) in open_places
            or alert.said.raised_at > now - 24 * HOUR
        )
        return min(needed, default=until + 1)


def _reached(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
