"""Events of alerts: rules, and each alert's way to its destination.

Destinations are named, never spelled out: their addresses hold secrets.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, PositiveInt

from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.drift import Severity
from featuretrail.domain.events.registry import register_events

AlertKind = Literal["drift", "quality", "consistency", "monitor"]
Occasion = Literal["opened", "worse", "repeated", "resolved", "summary"]
Microseconds = Annotated[int, Field(gt=0)]


class AlertRuleSet(Event):
    """Who is told of what: a rule was made, or made anew.

    Empty lists do not restrict. ``destinations`` are names, ``owner`` stands for the owner's own.
    """

    TOPIC: ClassVar[str] = "featuretrail.alert_rule.set"

    name: str
    kinds: list[AlertKind]
    minimum_severity: Severity
    owners: list[str]
    tags: list[str]
    features: list[str]
    quality_below: Score | None
    destinations: list[str]
    once_in_microseconds: Microseconds | None
    at_most_an_hour: PositiveInt | None
    repeat_every_microseconds: Microseconds | None
    send_resolved: bool


class AlertRuleRemoved(Event):
    """A rule holds no longer; what it raised before is still delivered."""

    TOPIC: ClassVar[str] = "featuretrail.alert_rule.removed"

    name: str


class AlertRaised(Event):
    """Someone is to be told; ``situation`` is what of, the same until it is resolved.

    ``held_back`` are earlier alerts that this message tells of in brief. The source is the event
    that gave rise to it, none for what time alone brought.
    """

    TOPIC: ClassVar[str] = "featuretrail.alert.raised"

    rule: str
    destination: str
    occasion: Occasion
    kind: AlertKind
    situation: str
    feature: str | None
    owner: str | None
    severity: Severity
    title: str
    text: str
    facts: JsonObject
    raised_at: AwareDatetime
    source_stream: UUID | None = None
    source_version: int | None = None
    held_back: tuple[UUID, ...] = ()


class AlertHeldBack(Event):
    """An alert is not sent by itself, as too many were; a message from ``until`` on tells of it."""

    TOPIC: ClassVar[str] = "featuretrail.alert.held_back"

    why: str
    until: AwareDatetime


class AlertDelivered(Event):
    """The destination took the alert at the ``attempt``-th attempt."""

    TOPIC: ClassVar[str] = "featuretrail.alert.delivered"

    attempt: PositiveInt
    delivered_at: AwareDatetime


class AlertDeliveryFailed(Event):
    """The ``attempt``-th attempt failed; without ``next_attempt_at`` it was the last."""

    TOPIC: ClassVar[str] = "featuretrail.alert.delivery_failed"

    attempt: PositiveInt
    error: str
    failed_at: AwareDatetime
    next_attempt_at: AwareDatetime | None


class AlertAcknowledged(Event):
    """Someone took notice of the situation that this alert opened: it is not repeated."""

    TOPIC: ClassVar[str] = "featuretrail.alert.acknowledged"


class AlertResolved(Event):
    """The situation that this alert opened has ended."""

    TOPIC: ClassVar[str] = "featuretrail.alert.resolved"


class AlertsEvaluated(Event):
    """The rules were asked about everything up to position ``until``.

    What is still open of alerts was raised from position ``floor`` on.
    """

    TOPIC: ClassVar[str] = "featuretrail.alerts.evaluated"

    until: int
    floor: int


ALERT_RULE_EVENTS = (AlertRuleSet, AlertRuleRemoved)
ALERT_EVENTS = (
    AlertRaised,
    AlertHeldBack,
    AlertDelivered,
    AlertDeliveryFailed,
    AlertAcknowledged,
    AlertResolved,
)

register_events(*ALERT_RULE_EVENTS, *ALERT_EVENTS, AlertsEvaluated)
