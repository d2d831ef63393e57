"""One pass: ask the rules about what is new, then deliver what is due, under one lock."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from attrs import frozen

from featuretrail.alerts.results import AlertInfo, DeliveryReport
from featuretrail.domain.aggregates.alert import Alert, decide_delivered, decide_failed
from featuretrail.domain.alerts.evaluation import Evaluation
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
from featuretrail.domain.monitoring.staleness import stale
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
            floor = self._reader.evaluated().floor
            outbox = self._reader.outbox(floor)
            if not rules and not outbox.alerts:
                return DeliveryReport()
            evaluation = self._evaluate(rules, outbox, clock(), metadata)
            report = self._deliver(evaluation.state, clock, metadata, stopped)
        held = sum(isinstance(each, AlertHeldBack) for each in evaluation.events)
        raised = sum(isinstance(each, AlertRaised) for each in evaluation.events) - held
        return DeliveryReport(raised, held, *report)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Tell whether this is the one process that delivers, until the block ends."""
        connection = self._database.dedicated()
        try:
            row = connection.execute(query("alerts/own")).fetchone()
            alone = row is not None and bool(row[0])
            yield alone
            if alone:
                connection.execute(query("alerts/disown"))
        finally:
            connection.close()

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
        for monitor in self._monitors.scheduled().values():
            idle = stale(monitor, now, head)
            evaluation.see([] if idle is None else [idle])
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
            event = (
                decide_delivered(due[0], clock(), metadata)
                if error is None
                else decide_failed(due[0], error, clock(), metadata)
            )
            appended = self._log.append(event)
            outbox = outbox.evolve([(appended.first_position, event)])
            info = AlertInfo.of(outbox.alerts[due[0].id])
            (delivered if error is None else failed).append(info)
        return tuple(delivered), tuple(failed), len(outbox.waiting())

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
