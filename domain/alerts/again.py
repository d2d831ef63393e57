"""Trying a given-up alert again: as a new alert that says the same and names the old one."""

from datetime import datetime

from featuretrail.domain.aggregates.alert import Alert, alert_id
from featuretrail.domain.alerts.outbox import Outbox, place
from featuretrail.domain.errors import ConflictError
from featuretrail.domain.events import AlertRaised, Metadata

OPEN = ("opened", "worse", "repeated")
"""Occasions of what is not worth saying once its situation has ended."""


def decide_again(alert: Alert, outbox: Outbox, now: datetime, metadata: Metadata) -> AlertRaised:
    """Return the event that says anew, from ``now`` on, what an alert that was given up said.

    Raises ``ConflictError`` for an alert that was not given up, that is being tried again, or whose
    situation has ended.
    """
    if alert.status != "given up":
        raise ConflictError(
            f"alert {alert.id} is {alert.status}; only what was given up can be tried again"
        )
    for each in outbox.waiting():
        if alert.id in each.said.held_back:
            raise ConflictError(f"alert {each.id} waits to tell of {alert.id} already")
    places = {place(each) for each in outbox.openings()}
    if alert.said.occasion in OPEN and place(alert) not in places:
        raise ConflictError(f"what alert {alert.id} is about ({alert.said.situation}) has ended")
    return alert.said.model_copy(
        update={
            "originator_id": alert_id([str(alert.id), "again", now.isoformat()]),
            "raised_at": now,
            "held_back": (alert.id, *alert.said.held_back),
            "metadata": metadata,
        }
    )
