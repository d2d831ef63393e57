"""One pass: ask the rules about what is new, then deliver what is due, under one lock."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from uuid import UUID

import psycopg
from attrs import frozen

from featuretrail.alerts.deciding import decided_again
from featuretrail.alerts.results import AlertInfo, DeliveryReport
from featuretrail.domain.aggregates.alert import Alert, decide_delivered, decide_failed
from featuretrail.domain.alerts.evaluation import Evaluation
from featuretrail.domain.alerts.occurrence import Occurrence
from featuretrail.domain.alerts.outbox import Outbox
from featuretrail.domain.alerts.rule import Rule
from featuretrail.domain.errors import (
    DeliveryError,
    InvalidInputError,
    MissingPackageError,
    NotFoundError,
)
from featuretrail.domain.events import AlertRaised, AlertsEvaluated, Metadata
from featuretrail.domain.events.alerts import AlertHeldBack
from featuretrail.domain.monitoring.staleness import ended, stale
from featuretrail.infrastructure.alerts.reading import EVALUATION, AlertReader
from featuretrail.infrastructure.alerts.redaction import redacted
from featuretrail.infrastructure.alerts.sending import send
from featuretrail.infrastructure.alerts.settings import AlertSettings
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.monitoring.reading import MonitorReader
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader

Clock = Callable[[], datetime]
Stopped = Callable[[], bool]


@frozen
class Deliverer:
    """Evaluates and delivers; of several processes only one at a time does.

    An alert is recorded before it is sent, and its delivery after: whoever dies in between leaves
    it waiting, and it is sent again under the same id.
    """

    _database: Database
    _log: EventLog
    _registry: RegistryReader
    _reader: AlertReader
    _monitors: MonitorReader
    _settings: AlertSettings

    def run(self, clock: Clock, metadata: Metadata, stopped: Stopped) -> DeliveryReport:
        """Do one pass; it ends early, between two messages, once ``stopped()``."""
        with self._alone() as alone:
            if not alone:
                return DeliveryReport(elsewhere=True)
            rules = [rule for rule in self._reader.rules().values() if rule.said is not None]
            if not rules and not self._reader.open().alerts:
                return DeliveryReport()
            evaluation = decided_again(
                lambda: self._evaluate(rules, self._reader.open(), clock(), metadata)
            )
            report = self._deliver(evaluation.state, clock, metadata, stopped)
        held = sum(isinstance(each, AlertHeldBack) for each in evaluation.events)
        raised = sum(isinstance(each, AlertRaised) for each in evaluation.events) - held
        return DeliveryReport(raised, held, *report)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Tell whether this is the one process that delivers, until the block ends."""
        with self._database.apart() as connection:
            row = connection.execute(query("alerts/own")).fetchone()
            alone = row is not None and bool(row[0])
            yield alone
            if alone:
                with suppress(psycopg.OperationalError):  # the session is lost, the lock with it
                    connection.execute(query("alerts/disown"))

    def _evaluate(
        self, rules: Sequence[Rule], outbox: Outbox, now: datetime, metadata: Metadata
    ) -> Evaluation:
        """Append what the rules make of what is new; nothing when that is nothing."""
        head = self._log.head().position
        known = self._reader.evaluated()
        evaluation = Evaluation(
            rules, self._registry.current(), self._settings.owners, now, metadata, outbox
        )
        after = max(known.until, min((rule.since for rule in rules), default=0))
        found = list(self._reader.occurrences(after, head))
        evaluation.see(found)
        evaluation.see(self._of_monitors(evaluation.state, now, head))
        evaluation.repeat()
        evaluation.summarise()
        if found or evaluation.events:
            evaluated = AlertsEvaluated.in_stream(
                EVALUATION,
                known.version + 1,
                until=head,
                floor=min(outbox.floor(head, now), head + 1),
                metadata=metadata,
            )
            appended = self._log.append(*evaluation.events, evaluated)
            places = zip(appended.positions, evaluation.events, strict=False)
            evaluation.state = outbox.evolve(places)
        return evaluation

    def _of_monitors(self, outbox: Outbox, now: datetime, head: int) -> Iterator[Occurrence]:
        """Yield which monitors are stale, and which alerts of that have ended by themselves."""
        monitors = self._monitors.scheduled()
        for opening in outbox.openings():
            if opening.said.kind == "monitor":
                name = opening.said.situation.removeprefix("monitor ")
                yield from filter(None, [ended(opening.said, monitors.get(name), now, head)])
        yield from filter(None, [stale(each, now, head) for each in monitors.values()])

    def _deliver(
        self, outbox: Outbox, clock: Clock, metadata: Metadata, stopped: Stopped
    ) -> tuple[tuple[AlertInfo, ...], tuple[AlertInfo, ...], int]:
        """Send what is due; a destination that failed is left alone until the next pass."""
        delivered: list[AlertInfo] = []
        failed: list[AlertInfo] = []
        tried: set[object] = set()
        while not stopped():
            due = [
                alert
                for alert in outbox.due(clock())
                if alert.id not in tried
                and alert.said.destination not in {each.destination for each in failed}
            ]
            if not due:
                break
            tried.add(due[0].id)
            error = self._send(due[0], clock())
            alert = self._settle(due[0].id, error, clock(), metadata)
            outbox = outbox.having(alert)
            (delivered if error is None else failed).append(AlertInfo.of(alert))
        return tuple(delivered), tuple(failed), len(outbox.waiting())

    def _settle(
        self, alert_id: UUID, error: str | None, now: datetime, metadata: Metadata
    ) -> Alert:
        """Record what became of a message, whoever acknowledged or resolved it meanwhile."""

        def decided() -> Alert:
            alert = self._reader.alert(alert_id)
            if alert.status != "waiting":  # another had the lock, as its session was lost here
                return alert
            event = (
                decide_delivered(alert, now, metadata)
                if error is None
                else decide_failed(alert, error, now, metadata)
            )
            self._log.append(event)
            return alert.evolve(event)

        return decided_again(decided)

    def _send(self, alert: Alert, now: datetime) -> str | None:
        """Send an alert; return why it failed, without secrets, ``None`` when it did not."""
        address = ""
        try:
            address = self._settings.address(alert.said.destination)
            send(alert, address, now)
        except DeliveryError as error:
            return redacted(error.reason, address)
        except (NotFoundError, InvalidInputError, MissingPackageError) as error:
            return redacted(str(error), address)
        return None
