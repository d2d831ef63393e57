"""Monitors as users meet them: schedules, one pass, or a loop; ``store.monitor``."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from featuretrail.alerts.alerts import Alerts
from featuretrail.domain.aggregates.monitor import Monitor, decide_schedule, decide_unschedule
from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.domain.events import Metadata
from featuretrail.domain.inputs import check_label
from featuretrail.domain.moments import check_moment
from featuretrail.domain.monitoring.schedule import next_due
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.monitoring.reading import MonitorReader
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.stopping import Stop
from featuretrail.monitoring.checking import Checkers
from featuretrail.monitoring.results import MonitorInfo, MonitorReport
from featuretrail.monitoring.running import Runner, Stopped

DecidedBy = Callable[[str | None, str | None], Metadata]

LONGEST_WAIT = 60.0
"""Seconds after which the loop looks again at least: schedules may have changed."""


class Monitoring:
    """Checks features by schedule and tells of what it finds; ``store.monitor``."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        checkers: Checkers,
        alerts: Alerts,
        decided_by: DecidedBy,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._checkers = checkers
        self._alerts = alerts
        self._decided_by = decided_by
        self._reader = MonitorReader(database)
        self._runner = Runner(database, log, self._reader, checkers)

    @needs("writer")
    def schedule(
        self,
        name: str,
        subject: str,
        *,
        every: timedelta | None = None,
        cron: str | None = None,
        window: timedelta | None = None,
        allowance: timedelta = timedelta(0),
        checks: Iterable[str] | None = None,
        missed: str = "catch_up",
        quality_below: float | None = None,
        starts_at: datetime | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> MonitorInfo:
        """Schedule a monitor, or schedule it anew; the same again makes no event.

        ``subject`` is ``"feature weather.temp"``, ``"group weather"``, ``"set delay"`` (checked for
        quality), ``"baseline NAME"`` (for drift; with ``checks`` for quality too) or ``"snapshot
        delay@1.0.0"`` (for consistency, as things are when it is checked). Windows of
        event time of length ``window`` (default: ``every``) end at multiples of ``every`` or by
        ``cron`` (UTC), the first after ``starts_at`` (default: now); each is checked ``allowance``
        later, when late rows are in. Windows that were missed are checked one by one
        (``"catch_up"``) or but for the newest left out (``"skip"``). Raises ``NotFoundError`` or
        ``InvalidInputError``.
        """
        monitor = Monitor.initial(check_label("name", name))
        with self._database.connection() as connection:
            decided = decide_schedule(
                self._reader.one(monitor.name, connection),
                subject,
                self._decided_by(actor, reason),
                starts_at=datetime.now(UTC) if starts_at is None else starts_at,
                window=window,
                checks=checks,
                every=every,
                cron=cron,
                allowance=allowance,
                missed=missed,
                quality_below=quality_below,
            )
            for event in decided:
                self._check_known(event.subject)
                self._log.append(event, connection=connection)
            return MonitorInfo.of(self._reader.one(monitor.name, connection))

    @needs("writer")
    def unschedule(self, name: str, *, reason: str | None = None, actor: str | None = None) -> None:
        """End a monitor; what it found stays. Raises ``NotFoundError``."""
        known = list(self._reader.scheduled())
        monitor = self._reader.one(check_label("name", name))
        self._log.append(*decide_unschedule(monitor, known, self._decided_by(actor, reason)))

    @needs("auditor")
    def list(self) -> list[MonitorInfo]:
        """Return the monitors that are scheduled, by name, each with its last run."""
        return [MonitorInfo.of(each) for each in self._reader.scheduled().values()]

    @needs("writer")
    def run_due(
        self,
        now: datetime | None = None,
        *,
        stopped: Stopped = lambda: False,
        actor: str | None = None,
    ) -> MonitorReport:
        """Check every window that is due at ``now``, record the runs, and send due alerts.

        By several at once, too: a window is checked by one. A check that fails is recorded and
        does not keep the others from being made; ``.found``, ``.failed`` and ``.ok`` sum it up.
        """
        moment = datetime.now(UTC) if now is None else check_moment("now", now)
        runs, elsewhere = self._runner.run(moment, self._decided_by(actor, None), stopped)
        alerts = self._alerts.send_due(now, stopped=stopped, actor=actor)
        return MonitorReport(tuple(runs), tuple(elsewhere), alerts)

    def run(
        self, stop: Stop, tell: Callable[[str], None] | None = None, *, actor: str | None = None
    ) -> None:
        """Run what is due, and again when more is, until ``stop`` is set.

        ``tell`` is called with a line for each run and delivery. A database that is away is told
        of and waited for.
        """
        say = _silent if tell is None else tell
        while not stop.is_set():
            try:
                _tell(self.run_due(stopped=stop.is_set, actor=actor), say)
                seconds = self._seconds_to_wait(datetime.now(UTC))
            except DatabaseUnavailableError as error:
                say(f"waiting: {error}")
                seconds = LONGEST_WAIT / 10
            stop.wait(seconds)

    def _seconds_to_wait(self, now: datetime) -> float:
        """Return how long nothing is due, at most ``LONGEST_WAIT``."""
        times = [
            next_due(each.said, each.last_end)
            for each in self._reader.scheduled().values()
            if each.said is not None
        ]
        waits = [(each - now).total_seconds() for each in times if each is not None]
        return max(0.5, min([LONGEST_WAIT, *waits]))

    def _check_known(self, subject: str) -> None:
        """Raise ``NotFoundError`` for a subject that does not exist."""
        kind, _, name = subject.partition(" ")
        registry = self._registry.current()
        match kind:
            case "baseline":
                self._checkers.quality.baseline(name)
            case "group":
                registry.group(name)
            case "set":
                registry.feature_set(name)
            case "snapshot":
                self._checkers.consistency.known(name)
            case _:
                registry.resolve(name)


def _tell(report: MonitorReport, say: Callable[[str], None]) -> None:
    for run in report.runs:
        say(f"{run.name}: window until {run.until.isoformat()} {run.outcome}")
        for result in run.results:
            for line in [*result.get("words", ()), *filter(None, [result.get("error")])]:
                say(f"  {result['check']}: {line}")
    for alert in report.alerts.delivered:
        say(f"told {alert.destination}: {alert.title}")
    for alert in report.alerts.failed:
        say(f"could not tell {alert.destination} ({alert.title}): {alert.error}")


def _silent(line: str) -> None:
    """Say nothing."""
