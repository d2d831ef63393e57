"""Computing features: what is due or asked for, in topological order, independent ones at once."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.inputs import optional
from featuretrail.domain.moments import check_moment
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.rule_units import dependencies, place, units, writing
from featuretrail.infrastructure.computing.failures import record_failures
from featuretrail.infrastructure.computing.recording import LogRecorder, Recorder
from featuretrail.infrastructure.computing.report import ComputeReport
from featuretrail.infrastructure.computing.requested import Requested, requested
from featuretrail.infrastructure.computing.rule_book import RuleBook
from featuretrail.infrastructure.computing.running import Order, Outcome, UnitRunner
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.cuts import GroupCut, read_cuts
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.values.ingestion import ValueStore

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many features are done and how many there are."""

WORKERS = min(4, os.cpu_count() or 1)
"""Units that are computed at once: each may keep a core busy."""

_NOBODY = Metadata()


class RuleComputer:
    """Computes features by their rules. Safe to share between threads.

    A Python rule runs where its function is: ``bind`` the groups that define it. Measurements go
    to ``recorder``, by default straight into the log.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        historical: HistoricalReader,
        values: ValueStore,
        recorder: Recorder | None = None,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self.recorder: Recorder = LogRecorder(log) if recorder is None else recorder
        self._book = RuleBook()
        self._runner = UnitRunner(database, log, historical, values, self._book.function_of)

    def bind(self, groups: Iterable[FeatureGroup]) -> None:
        """Let the functions of Python rules in ``groups`` compute; nothing is registered."""
        self._book.bind(groups)

    def check(self, features: Requested) -> None:
        """Raise as ``compute`` does for features that cannot be computed; nothing is done."""
        registry = self._registry.current()
        for feature in requested(registry, features):
            self._refuse_unbound(registry, feature)

    def compute(
        self,
        features: Requested,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        metadata: Metadata = _NOBODY,
        progress: Progress | None = None,
    ) -> ComputeReport:
        """Compute ``features`` and, before them, whatever is due of the features they read.

        Without ``since`` from what is due on, else every row with an event time in
        ``[since, until)``. Only rows whose values the store does not hold yet are written: each
        group's in one batch. Raises ``RuleError``, ``RetentionError``, ``InvalidInputError`` or
        ``NotFoundError``; what was stored before an error stays, and the log says how far it went
        and which features failed.
        """
        began, started_at = time.perf_counter(), datetime.now(UTC)
        since, until = (
            optional(check_moment, name, moment)
            for name, moment in (("since", since), ("until", until))
        )
        if since is not None and until is not None and since >= until:
            raise InvalidInputError(
                f"since is {since}, not before until, {until}; nothing is between"
            )
        registry = self._registry.current()
        wanted = requested(registry, features)
        for feature in wanted:  # before anything is computed
            self._refuse_unbound(registry, feature)
        planned = units(registry, wanted, self._clock())
        asked = {place(writing(registry, feature)) for feature in wanted}
        orders = [
            Order(unit, since if any(place(f) in asked for f in unit.features) else None, until)
            for unit in planned
        ]
        done: dict[int, Outcome] = {}
        failed: dict[int, Exception] = {}
        try:
            self._run(orders, registry, metadata, progress, done, failed)
        finally:  # what was stored before an error has a cost too
            outcomes = [done[number] for number in sorted(done)]
            measured = [each for outcome in outcomes for each in outcome.measurements]
            failures = [(orders[number], failed[number]) for number in sorted(failed)]
            record_failures(self._log, failures, started_at, metadata)
            if measured:
                self.recorder.record(measured, metadata)
        return ComputeReport(
            tuple(feature for outcome in outcomes for feature in outcome.features),
            self._log.head().position,
            time.perf_counter() - began,
        )

    def _refuse_unbound(self, registry: Registry, feature: ResolvedFeature) -> None:
        rule = writing(registry, feature).version.definition.rule
        if rule is None:
            raise InvalidInputError(
                f"{str(feature.reference)!r} has no rule any more: its latest version "
                f"{writing(registry, feature).version.version} is ingested"
            )
        if rule.kind == "python":
            self._book.function_of(writing(registry, feature))

    def _clock(self) -> Callable[[ResolvedFeature], frozenset[int] | None]:
        """Return what tells which batches wrote a feature, asking once a group."""
        position = self._log.head().position
        cuts: dict[str, GroupCut] = {}

        def clock(feature: ResolvedFeature) -> frozenset[int] | None:
            name = feature.group.name
            if name not in cuts:
                with self._database.connection() as connection:
                    cuts.update(read_cuts(connection, [name], position, recorded=False))
            return cuts[name].writers(feature.column)

        return clock

    def _run(
        self,
        orders: Sequence[Order],
        registry: Registry,
        metadata: Metadata,
        progress: Progress | None,
        outcomes: dict[int, Outcome],
        failed: dict[int, Exception],
    ) -> None:
        """Run ``orders``, each as soon as those it needs are done.

        ``outcomes`` gets theirs, and ``failed`` what ended those that came to nothing.
        """
        needed = dependencies([order.unit for order in orders])
        total = sum(len(order.unit.features) for order in orders)
        running: dict[Future[Outcome], int] = {}
        if progress is not None:
            progress("computing features", 0, total)
        try:
            with ThreadPoolExecutor(WORKERS, "featuretrail compute") as threads:
                while len(outcomes) < len(orders):
                    begun = {*outcomes, *running.values()}
                    for number, order in enumerate(orders):
                        if number not in begun and needed[number] <= outcomes.keys():
                            future = threads.submit(self._runner.run, order, registry, metadata)
                            running[future] = number
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        outcomes[running[future]] = future.result()
                        del running[future]
                    if progress is not None:
                        done = sum(len(outcome.features) for outcome in outcomes.values())
                        progress("computing features", done, total)
        finally:  # the threads have ended: what they stored is stored, whatever failed beside it
            for future, number in running.items():
                error = future.exception()
                if error is None:
                    outcomes[number] = future.result()
                elif isinstance(error, Exception):
                    failed[number] = error
