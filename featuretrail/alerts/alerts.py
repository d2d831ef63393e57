"""Alerts as users meet them: rules, delivery, acknowledging; ``store.alerts``."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from featuretrail.alerts.delivering import Deliverer, Stopped
from featuretrail.alerts.replies import Replies
from featuretrail.alerts.results import AlertInfo, AlertRule, AlertStatus, DeliveryReport
from featuretrail.domain.aggregates.alert import Alert
from featuretrail.domain.alerts.rule import KINDS, Rule, decide_remove, decide_set, destination_name
from featuretrail.domain.errors import (
    DeliveryError,
)
from featuretrail.domain.events import AlertRaised, Metadata
from featuretrail.domain.inputs import check_choice, check_label
from featuretrail.domain.moments import check_moment
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.alerts.reading import AlertReader
from featuretrail.infrastructure.alerts.redaction import redacted
from featuretrail.infrastructure.alerts.sending import send
from featuretrail.infrastructure.alerts.settings import AlertSettings
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.monitoring.reading import MonitorReader
from featuretrail.infrastructure.registry import RegistryReader

DecidedBy = Callable[[str | None, str | None], Metadata]

STATUSES = ("waiting", "delivered", "given up", "held back")


class Alerts:
    """Tells people what happened to their features; ``store.alerts``.

    Rules are events; destinations are configured, as their addresses hold secrets.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        settings: AlertSettings,
        decided_by: DecidedBy,
        acknowledge_incident: Callable[..., object],
    ) -> None:
        self._database = database
        self._log = log
        self._settings = settings
        self._decided_by = decided_by
        self._acknowledge_incident = acknowledge_incident
        self._reader = AlertReader(database, log)
        self._deliverer = Deliverer(
            database, log, registry, self._reader, MonitorReader(database), settings
        )

    @needs("writer")
    def set_rule(
        self,
        name: str,
        destinations: Iterable[str],
        *,
        kinds: Iterable[str] = KINDS,
        minimum_severity: str = "low",
        owners: Iterable[str] = (),
        tags: Iterable[str] = (),
        features: Iterable[str] = (),
        quality_below: float | None = None,
        once_in: timedelta | None = None,
        at_most_an_hour: int | None = None,
        repeat_every: timedelta | None = None,
        send_resolved: bool = True,
        reason: str | None = None,
        actor: str | None = None,
    ) -> AlertRule:
        """Make a rule, or make it anew: who is told of what from here on; the same makes no event.

        ``destinations`` are names, ``"owner"`` stands for those of the feature's owner. ``kinds``
        are ``drift``, ``quality`` (scores below ``quality_below``), ``consistency`` and
        ``monitor`` (stale ones). ``owners``, ``tags`` and ``features`` (patterns such as
        ``weather.*``) restrict it. A situation that worsens is told of at most once in ``once_in``;
        a destination gets at most ``at_most_an_hour``; what nobody acknowledges is said again
        after ``repeat_every``. Raises ``InvalidInputError``.
        """
        rule = Rule.initial(check_label("name", name))
        with self._database.connection() as connection:
            rule = self._reader.rules(connection).get(name, rule)
            decided = decide_set(
                rule,
                destinations,
                self._decided_by(actor, reason),
                kinds=kinds,
                minimum_severity=minimum_severity,
                owners=owners,
                tags=tags,
                features=features,
                quality_below=quality_below,
                once_in=once_in,
                at_most_an_hour=at_most_an_hour,
                repeat_every=repeat_every,
                send_resolved=send_resolved,
            )
            if decided:
                self._log.append(*decided, connection=connection)
            return AlertRule.of(self._reader.rules(connection)[name])

    @needs("writer")
    def remove_rule(
        self, name: str, *, reason: str | None = None, actor: str | None = None
    ) -> None:
        """End a rule; what it raised is still delivered. Raises ``NotFoundError``."""
        known = self._reader.rules()
        rule = known.get(name, Rule.initial(name))
        existing = [each.name for each in known.values() if each.said is not None]
        self._log.append(*decide_remove(rule, existing, self._decided_by(actor, reason)))

    @needs("auditor")
    def rules(self) -> list[AlertRule]:
        """Return the rules in force, by name."""
        known = self._reader.rules().values()
        return [AlertRule.of(rule) for rule in known if rule.said is not None]

    @needs("writer")
    def send_due(
        self,
        now: datetime | None = None,
        *,
        stopped: Stopped = lambda: False,
        actor: str | None = None,
    ) -> DeliveryReport:
        """Ask the rules about what is new and deliver what is due, as of ``now``.

        As often as you like, by several at once: one works, the others return at once. A delivery
        that fails is tried again by later calls, up to twelve times over five hours.
        """
        if now is None:
            return self._deliverer.run(_clock, self._decided_by(actor, None), stopped)
        moment = check_moment("now", now)
        return self._deliverer.run(lambda: moment, self._decided_by(actor, None), stopped)

    @needs("auditor")
    def list(self, status: str | None = None, *, everything: bool = False) -> list[AlertInfo]:
        """Return alerts, oldest first: what is open and the last day's, or ``everything``."""
        if status is not None:
            check_choice("status", status, STATUSES)
        outbox = self._reader.outbox() if everything else self._reader.open()
        told = outbox.told()
        return [
            AlertInfo.of(each, told.get(each.id))
            for each in outbox.alerts.values()
            if status in (None, each.status)
        ]

    @needs("auditor")
    def status(self) -> AlertStatus:
        """Return how many rules hold, what is not settled, and what is configured here."""
        alerts = self._reader.open()
        counts = Counter(alert.status for alert in alerts.alerts.values())
        waiting = [alert.said.raised_at for alert in alerts.waiting()]
        return AlertStatus(
            rules=len(self.rules()),
            counts={name: counts.get(name, 0) for name in STATUSES},  # type: ignore[call-overload]
            oldest_waiting=min(waiting, default=None),
            destinations={
                name: self._settings.address(name).partition("://")[0]
                for name in sorted(self._settings.destinations)
            },
            owners=self._settings.owners,
        )

    @needs("writer")
    def acknowledge(
        self, what: UUID | str, *, reason: str | None = None, actor: str | None = None
    ) -> None:
        """Take notice of what an alert, or a drift incident, is about: it is not said again.

        ``what`` is the id of either. Raises ``NotFoundError``, ``ConflictError`` or
        ``InvalidInputError``.
        """
        self._replies(actor, reason).acknowledge(what, self._decided_by(actor, reason))

    @needs("writer")
    def retry(
        self,
        alert: UUID | str,
        now: datetime | None = None,
        *,
        reason: str | None = None,
        actor: str | None = None,
    ) -> AlertInfo:
        """Have an alert that was given up tried again, from ``now`` on: as a new one, returned.

        The new one says the same and names the old one in ``held_back``; the next ``send_due``
        delivers it. Raises ``NotFoundError``, and ``ConflictError`` for one that was not given up,
        is being tried again or is about what has ended.
        """
        moment = _clock() if now is None else check_moment("now", now)
        metadata = self._decided_by(actor, reason)
        return AlertInfo.of(self._replies(actor, reason).again(alert, moment, metadata))

    def test(self, destination: str, *, actor: str | None = None) -> None:
        """Send a message to ``destination`` now, which says that it is a test; nothing is recorded.

        Raises ``NotFoundError`` for one that is not configured here, ``InvalidInputError`` for an
        address that cannot be used and ``DeliveryError`` when it does not take the message.
        """
        name = destination_name(destination)
        address = self._settings.address(name)
        now = _clock()
        raised = AlertRaised.in_stream(
            uuid4(),
            1,
            rule="test",
            destination=name,
            occasion="opened",
            kind="monitor",
            situation="test",
            feature=None,
            owner=None,
            severity="low",
            title="a test of featuretrail's alerts",
            text="Nothing happened: someone asked whether this destination can be reached.",
            facts={},
            raised_at=now,
            metadata=self._decided_by(actor, None),
        )
        try:
            send(Alert.initial(raised.originator_id).evolve(raised), address, now)
        except DeliveryError as error:
            raise DeliveryError(name, redacted(error.reason, address)) from None

    def _replies(self, actor: str | None, reason: str | None) -> Replies:
        acknowledge = partial(self._acknowledge_incident, actor=actor, reason=reason)
        return Replies(self._log, self._reader, acknowledge)


def _clock() -> datetime:
    return datetime.now(UTC)
