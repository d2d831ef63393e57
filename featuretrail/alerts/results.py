"""What ``store.alerts`` gives back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from attrs import asdict, frozen

from featuretrail.domain.aggregates.alert import Alert
from featuretrail.domain.alerts.rule import Rule, rule_facts
from featuretrail.domain.alerts.wording import title
from featuretrail.domain.errors import ConflictError
from featuretrail.domain.events import AlertRuleSet
from featuretrail.domain.results import Result


@frozen
class AlertRule(Result):
    """A rule in force: ``said`` is all it says, ``since`` the position from which it holds."""

    name: str
    since: int
    said: AlertRuleSet

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Return a rule that is in force."""
        if rule.said is None:
            raise ConflictError(f"alert rule {rule.name!r} is not in force")
        return cls(rule.name, rule.since, rule.said)

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as a JSON object, its periods in seconds."""
        facts = rule_facts(self.said)
        for period in ("once_in", "repeat_every"):
            microseconds = facts.pop(f"{period}_microseconds")
            facts[f"{period}_seconds"] = None if microseconds is None else microseconds / 1e6
        metadata = self.said.metadata
        return {**facts, "since": self.since, "actor": metadata.actor, "reason": metadata.reason}


@frozen
class AlertInfo(Result):
    """An alert and how far it got: ``waiting``, ``delivered``, ``given up`` or ``held back``.

    ``told_by`` is the other message that tells of one that was given up or held back.
    """

    alert_id: UUID
    status: str
    title: str
    text: str
    severity: str
    occasion: str
    situation: str
    feature: str | None
    owner: str | None
    rule: str
    destination: str
    raised_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    error: str | None
    acknowledged: bool
    resolved: bool
    position: int
    told_by: UUID | None = None

    @classmethod
    def of(cls, alert: Alert, told_by: UUID | None = None) -> Self:
        """Return an alert."""
        said = alert.said
        return cls(
            alert_id=alert.id,
            status=alert.status,
            title=title(said),
            text=said.text,
            severity=said.severity,
            occasion=said.occasion,
            situation=said.situation,
            feature=said.feature,
            owner=said.owner,
            rule=said.rule,
            destination=said.destination,
            raised_at=said.raised_at,
            attempts=alert.attempts + (alert.status == "delivered"),
            next_attempt_at=alert.next_attempt_at,
            error=alert.error,
            acknowledged=alert.acknowledged,
            resolved=alert.resolved,
            position=alert.raised_position,
            told_by=told_by,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the alert as a JSON object."""
        following = self.next_attempt_at
        return asdict(self) | {
            "alert_id": str(self.alert_id),
            "told_by": None if self.told_by is None else str(self.told_by),
            "raised_at": self.raised_at.isoformat(),
            "next_attempt_at": None if following is None else following.isoformat(),
        }


@frozen
class DeliveryReport(Result):
    """What one pass did: alerts by what became of them.

    ``elsewhere`` tells that another process was at work, so that this one did nothing.
    """

    raised: int = 0
    held_back: int = 0
    delivered: tuple[AlertInfo, ...] = ()
    failed: tuple[AlertInfo, ...] = ()
    waiting: int = 0
    elsewhere: bool = False

    @property
    def ok(self) -> bool:
        """Whether no delivery failed."""
        return not self.failed

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "raised": self.raised,
            "held_back": self.held_back,
            "delivered": [each.to_dict() for each in self.delivered],
            "failed": [each.to_dict() for each in self.failed],
            "waiting": self.waiting,
            "elsewhere": self.elsewhere,
        }


@frozen
class AlertStatus(Result):
    """How alerts are: rules in force, alerts not settled, and what is configured here."""

    rules: int
    counts: Mapping[str, int]
    oldest_waiting: datetime | None
    destinations: Mapping[str, str]
    owners: Mapping[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Return the status as a JSON object; of addresses it has the schemes alone."""
        oldest = self.oldest_waiting
        return {
            "rules": self.rules,
            **{name.replace(" ", "_"): number for name, number in self.counts.items()},
            "oldest_waiting": None if oldest is None else oldest.isoformat(),
            "destinations": dict(self.destinations),
            "owners": {owner: list(names) for owner, names in self.owners.items()},
        }
