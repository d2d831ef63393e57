"""What features cost, as users meet it: ``store.performance``."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

from attrs import field, frozen
from psycopg import errors

from featuretrail.domain.aggregates.feature_metadata import (
    FeatureMetadataAggregate,
    decide_record,
)
from featuretrail.domain.errors import (
    AccessDeniedError,
    InvalidInputError,
    NotFoundError,
    ProjectionTimeoutError,
)
from featuretrail.domain.events import Metadata, MetadataRecorded
from featuretrail.domain.events.performance import Context, Operation
from featuretrail.domain.inputs import check_choice, check_count, optional, shown
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.performance.hints import Hint, hints
from featuretrail.domain.performance.regressions import Comparison, compare_versions
from featuretrail.domain.performance.score import BUDGET_KEY, check_budget
from featuretrail.domain.performance.summary import CostSummary, FeaturePerformance
from featuretrail.domain.records import check_operation
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.results import Result
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.performance.recorder import Recorder, Recording
from featuretrail.infrastructure.performance.usage import SELECTIONS, Use
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.performance.facts import read_facts
from featuretrail.performance.measuring import Measure
from featuretrail.performance.reading import PARTS, Found, read_buckets, read_budgets
from featuretrail.projections.projections import Projections

WEEK = timedelta(days=7)
LONGEST = timedelta(days=36_500)
OWN_WRITES_SECONDS = 10.0
"""How long figures wait for the read side to take in what this process has just written."""

DecidedBy = Callable[[str | None, str | None], Metadata]


@frozen
class StorePerformance(Result):
    """What every feature that was used in a period cost, and versions against earlier ones."""

    features: dict[str, CostSummary] = field(repr=False)
    comparisons: tuple[Comparison, ...]
    position: int
    behind: int

    @property
    def regressions(self) -> tuple[Comparison, ...]:
        """The comparisons that found a version slower than the one before it."""
        return tuple(each for each in self.comparisons if each.slower)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "features": [
                {"feature_name": name, **each.to_dict()} for name, each in self.features.items()
            ],
            "comparisons": [each.to_dict() for each in self.comparisons],
            "position": self.position,
            "behind": self.behind,
        }


class Performance:
    """Measures, records and judges what features cost; ``store.performance``."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        projections: Projections,
        recorder: Recorder,
        decided_by: DecidedBy,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._projections = projections
        self._decided_by = decided_by
        self.recorder = recorder

    @needs("auditor")
    def measure(
        self,
        feature: str | FeatureReference,
        context: Context = "training",
        *,
        rows: int | None = None,
        operation: Operation | None = None,
    ) -> Measure:
        """Measure what a block, or each call of a function, costs ``feature``.

        A context manager and a decorator: wall time, processor time of the thread, and by how much
        the process had to grow at its peak. ``rows`` is how many rows a block answers, if that is
        known. ``operation`` is what it does, if that is to be said: what makes the feature's values
        is ``"compute"``, and its time is what ``store.lineage.cost`` goes by. Recorded with the
        version that ``feature`` names, or the latest; a block that raises is not. Raises
        ``NotFoundError`` or ``InvalidInputError``.
        """
        chosen: Any = check_choice("context", context, get_args(Context))
        resolved = self._resolved(feature)
        return Measure(
            self.recorder,
            Use(
                SELECTIONS.of([resolved]),
                chosen,
                optional(check_operation, "operation", operation),
            ),
            optional(check_count, "rows", rows),
        )

    @needs("reader")
    def metrics(
        self, feature: str | FeatureReference, time_period: timedelta = WEEK
    ) -> FeaturePerformance:
        """Return what ``feature`` cost in the last ``time_period``; see ``FeaturePerformance``.

        What this process recorded is written first and, where this role may move the read side on
        or a projector runs, waited for; ``behind`` tells whether the read side lacks anything.
        Raises ``InvalidInputError``, and ``NotFoundError`` for a feature that was never measured
        nor defined, as far as this role can see.
        """
        path = FeatureReference.parse(feature).path
        found = self._found(time_period, path, PARTS)
        if not found.buckets:
            self._check_known(path)
        return FeaturePerformance.of(
            path,
            found.buckets,
            starts=found.starts,
            until=found.moment.until,
            position=found.moment.position,
            behind=found.moment.head - found.moment.position,
            budget_ms=read_budgets(self._database, [path])[path],
        )

    @needs("reader")
    def overview(self, time_period: timedelta = WEEK) -> StorePerformance:
        """Return what each feature cost that was used in the last ``time_period``, by name."""
        found = self._found(time_period)
        names = sorted({each.feature_name for each in found.buckets})
        budgets = read_budgets(self._database, names)
        return StorePerformance(
            {name: CostSummary.of(found.of(name), budgets[name]) for name in names},
            compare_versions(found.buckets),
            found.moment.position,
            found.moment.head - found.moment.position,
        )

    @needs("auditor")
    def hints(self, time_period: timedelta = WEEK) -> list[Hint]:
        """Return what would make features cheaper, by the evidence of the last ``time_period``."""
        found = self._found(time_period)
        registry = self._registry.current()
        budgets = read_budgets(self._database, registry.features)
        return hints(*read_facts(self._database, registry, found, budgets))

    @needs("writer")
    def set_budget(
        self,
        feature: str | FeatureReference,
        budget_ms: float,
        *,
        reason: str | None = None,
        actor: str | None = None,
    ) -> None:
        """Set how many milliseconds a use of ``feature`` may take (100 unless set).

        It becomes the key ``budget_ms`` of the feature's metadata of type ``performance``, for all
        its versions. Raises ``InvalidInputError`` or ``NotFoundError``.
        """
        path = self._resolved(feature).reference.path
        budget = check_budget(budget_ms)
        state = FeatureMetadataAggregate.initial(path, "performance", BUDGET_KEY)
        for each in self._log.history(state.id):
            if isinstance(each.event, MetadataRecorded):
                state = state.evolve(each.event)
        decided = decide_record(state, budget, self._decided_by(actor, reason))
        if decided:
            self._log.append(*decided)

    def flush(self) -> int | None:
        """Write what was measured so far to the log; return its position, ``None`` if nothing was.

        Raises ``DatabaseError`` when the database is away; what waits is kept then.
        """
        return self.recorder.flush()

    def status(self) -> Recording:
        """Return whether measurements are recorded, and how many wait or were dropped."""
        return self.recorder.status()

    def __repr__(self) -> str:
        return f"Performance({self.status()!r})"

    def _found(
        self, time_period: timedelta, feature_name: str | None = None, parts: int = 1
    ) -> Found:
        if not isinstance(time_period, timedelta) or not timedelta(0) < time_period <= LONGEST:
            raise InvalidInputError(
                f"time_period is {shown(time_period)}; give a positive timedelta such as "
                f"timedelta(days=7), of at most {LONGEST.days:,} days"
            )
        self._take_in_own()
        return read_buckets(self._database, time_period, feature_name, parts)

    def _take_in_own(self) -> None:
        """Write what waits, and let the read side take it in, if anyone here may."""
        self.recorder.flush()
        written = self.recorder.position
        if written is None:
            return
        try:
            self._projections.wait_until(written, OWN_WRITES_SECONDS)
        except (AccessDeniedError, ProjectionTimeoutError):
            return  # the figures say how far behind they are

    def _resolved(self, feature: str | FeatureReference) -> ResolvedFeature:
        try:
            return self._registry.cached.resolve(feature)
        except NotFoundError:
            return self._registry.current().resolve(feature)

    def _check_known(self, path: str) -> None:
        """Raise ``NotFoundError`` for a feature that neither the read side nor the log knows."""
        with self._database.connection() as connection:
            rows = connection.execute(query("performance/known_features")).fetchall()
        known = [name for (name,) in rows]
        if path in known:
            return
        try:
            self._registry.current().resolve(path)
        except errors.InsufficientPrivilege:  # a reader does not see the log
            raise NotFoundError("feature", path, known) from None
