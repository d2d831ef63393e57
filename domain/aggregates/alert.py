"""The stream of one alert: raised; delivered, given up or held back; acknowledged, resolved."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.alerts.retrying import next_attempt
from featuretrail.domain.errors import ConflictError
from featuretrail.domain.events.alerts import (
    AlertAcknowledged,
    AlertDelivered,
    AlertDeliveryFailed,
    AlertHeldBack,
    AlertRaised,
    AlertResolved,
)
from featuretrail.domain.events.base import Metadata, stream_id

AlertEvent = (
    AlertRaised
    | AlertHeldBack
    | AlertDelivered
    | AlertDeliveryFailed
    | AlertAcknowledged
    | AlertResolved
)

AlertStatus = Literal["not raised", "waiting", "delivered", "given up", "held back"]


@frozen
class Alert:
    """An alert as its events tell it; ``raised_position`` is 0 where positions are not known.

    ``attempts`` have failed so far; a waiting alert is tried (again) from ``next_attempt_at`` on.
    """

    id: UUID
    version: int = 0
    raised: AlertRaised | None = None
    raised_position: int = 0
    status: AlertStatus = "not raised"
    attempts: int = 0
    next_attempt_at: datetime | None = None
    settled_at: datetime | None = None
    held_until: datetime | None = None
    error: str | None = None
    acknowledged: bool = False
    resolved: bool = False

    @classmethod
    def initial(cls, alert_id: UUID) -> Self:
        """Return the alert before its first event; its id is its stream's."""
        return cls(alert_id)

    @property
    def said(self) -> AlertRaised:
        """What it says; raise ``ConflictError`` when it was never raised."""
        if self.raised is None:
            raise ConflictError(f"alert {self.id} was never raised")
        return self.raised

    def evolve(self, event: AlertEvent, position: int = 0) -> Self:
        """Return the state after ``event``, recorded at ``position``."""
        version = event.originator_version
        match event:
            case AlertRaised():
                return evolve(
                    self, version=version, raised=event, raised_position=position,
                    status="waiting", next_attempt_at=event.raised_at,
                )  # fmt: skip
            case AlertHeldBack():
                return evolve(
                    self, version=version, status="held back", next_attempt_at=None,
                    held_until=event.until,
                )  # fmt: skip
            case AlertDelivered():
                return evolve(
                    self, version=version, status="delivered", next_attempt_at=None,
                    settled_at=event.delivered_at,
                )  # fmt: skip
            case AlertDeliveryFailed():
                return self._failed(event)
            case AlertAcknowledged():
                return evolve(self, version=version, acknowledged=True)
            case AlertResolved():
                return evolve(self, version=version, resolved=True)

    def _failed(self, event: AlertDeliveryFailed) -> Self:
        ended = event.next_attempt_at is None
        return evolve(
            self,
            version=event.originator_version,
            status="given up" if ended else "waiting",
            attempts=event.attempt,
            next_attempt_at=event.next_attempt_at,
            settled_at=event.failed_at if ended else None,
            error=event.error,
        )


def alert_id(parts: Sequence[object]) -> UUID:
    """Return the id of an alert: the same for the same cause, rule and destination."""
    return stream_id("alert", json.dumps(parts))


def decide_delivered(state: Alert, at: datetime, metadata: Metadata) -> AlertDelivered:
    """Return the event that a waiting alert was taken by its destination."""
    _waiting(state)
    return AlertDelivered.in_stream(
        state.id,
        state.version + 1,
        attempt=state.attempts + 1,
        delivered_at=at,
        metadata=metadata,
    )


def decide_failed(
    state: Alert, error: str, at: datetime, metadata: Metadata
) -> AlertDeliveryFailed:
    """Return the event that an attempt failed; it says when the next is, if there is to be one."""
    _waiting(state)
    return AlertDeliveryFailed.in_stream(
        state.id,
        state.version + 1,
        attempt=state.attempts + 1,
        error=error,
        failed_at=at,
        next_attempt_at=next_attempt(state.id, state.attempts + 1, at),
        metadata=metadata,
    )


def decide_acknowledge(state: Alert, metadata: Metadata) -> list[AlertAcknowledged]:
    """Return the event that someone took notice of what the alert opened, or none if before.

    Raises ``ConflictError`` for an alert whose situation has ended.
    """
    if state.resolved:
        raise ConflictError(f"alert {state.id} ({state.said.title!r}) is resolved")
    if state.acknowledged:
        return []
    return [AlertAcknowledged.in_stream(state.id, state.version + 1, metadata=metadata)]


def _waiting(state: Alert) -> None:
    if state.status != "waiting":
        raise ConflictError(f"alert {state.id} is {state.status}, not waiting to be delivered")
