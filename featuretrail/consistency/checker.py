"""Consistency of snapshots, as users meet it: ``store.consistency``."""

import time
from collections.abc import Callable, Sequence
from typing import get_args

from attrs import evolve

from featuretrail.consistency.cross_system import check_cross_system
from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.itself import check_itself
from featuretrail.consistency.order import CHECK_TYPES, ConsistencyOrder, Tolerances
from featuretrail.consistency.outcome import check_outcome
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.consistency.recording import recorded
from featuretrail.consistency.streaming import check_streaming
from featuretrail.domain.aggregates.snapshot import check_snapshot
from featuretrail.domain.consistency.judging import ConsistencyLimits
from featuretrail.domain.consistency.report import CheckResult, ConsistencyReport
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events.checks import CheckType
from featuretrail.domain.inputs import check_choice, check_count, optional
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.consistency.reading import RecordedConsistency, read_checks
from featuretrail.infrastructure.consistency.source import ValueSource
from featuretrail.infrastructure.database import Database


class FeatureConsistencyChecker:
    """Checks that what trained, served and judged are the same numbers; ``store.consistency``."""

    def __init__(self, parts: ConsistencyParts) -> None:
        self._parts = parts

    @property
    def _database(self) -> Database:
        return self._parts.database

    @property
    def sources(self) -> dict[str, ValueSource]:
        """The sources that the settings describe, by name."""
        return dict(self._parts.configured)

    @needs("writer")
    def check(
        self,
        snapshot_id: str,
        check_types: str | Sequence[str] = CHECK_TYPES,
        *,
        sources: str | ValueSource | Sequence[str | ValueSource] | None = None,
        tolerances: Tolerances | None = None,
        sample: float = 1.0,
        limits: ConsistencyLimits | None = None,
        auto_fix: bool = False,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> ConsistencyReport:
        """Compare a snapshot with what else states its values, and record what was found.

        ``streaming``: the rows that were served, and the online answers now, against their
        derivation from the values; ``outcome``: what the outcome tracker saw, against the matrix;
        ``cross_system``: each of ``sources`` (without any: those of the settings), against the
        matrix; ``quality``: the matrix against its definitions and recorded statistics. A type with
        nothing to compare is ``not evaluated``. ``tolerances`` are for all numbers or by feature,
        ``sample`` is a share of the entities, ``limits`` say what fails. ``auto_fix`` refreshes
        online rows that disagree and looks again. ``docs/how-to/consistency.md`` has the formulas.
        Raises ``NotFoundError``, ``InvalidInputError`` or ``ContentAlteredError``; a source that
        cannot be read is a reason in the report.
        """
        parts = self._parts
        order = ConsistencyOrder.of(
            parts,
            snapshot_id,
            check_types=check_types,
            sources=list(parts.configured) if sources is None else sources,
            tolerances=tolerances,
            sample=sample,
            limits=limits,
            auto_fix=auto_fix,
            metadata=parts.decided_by(actor, reason) if record else None,
        )
        return self._checked(order)

    @needs("auditor")
    def checks(
        self, snapshot_id: str | None = None, check_type: str | None = None, *, last: int = 20
    ) -> list[RecordedConsistency]:
        """Return the ``last`` recorded checks (of a snapshot, of a type), newest first.

        They are those that the read side has taken in, or can within two seconds.
        """
        optional(check_snapshot, "snapshot_id", snapshot_id)
        if check_type is not None:
            check_choice("check_type", check_type, get_args(CheckType))
        self._parts.take_in()
        return read_checks(self._database, snapshot_id, check_type, check_count("last", last, 1))

    @needs("auditor")
    def check_at(self, position: int) -> RecordedConsistency:
        """Return the check recorded at a position; raise ``NotFoundError``."""
        wanted = check_count("position", position, 1)
        self._parts.take_in()
        found = read_checks(self._database, None, None, 1, position=wanted)
        if not found:
            known = [str(each.position) for each in read_checks(self._database, None, None, 5)]
            raise NotFoundError("consistency check at position", str(wanted), known)
        return found[0]

    @needs("auditor")
    def known(self, snapshot_id: str) -> None:
        """Raise ``NotFoundError`` naming what is near, unless there is such a snapshot."""
        self._parts.catalogue.find(snapshot_id)

    def _checked(self, order: ConsistencyOrder) -> ConsistencyReport:
        parts = self._parts
        snapshot = ExaminedSnapshot.read(parts, order.snapshot_id).sampled(order.sample)
        ways: dict[str, Callable[[], CheckResult]] = {
            "streaming": lambda: check_streaming(parts, snapshot, order),
            "outcome": lambda: check_outcome(parts, snapshot, order),
            "cross_system": lambda: check_cross_system(parts, snapshot, order),
            "quality": lambda: check_itself(snapshot, order),
        }
        results = [_timed(ways[each]) for each in order.check_types]
        found = recorded(parts, snapshot.snapshot_id, results, order.metadata)
        return ConsistencyReport(snapshot.snapshot_id, found)

    def __repr__(self) -> str:
        return f"FeatureConsistencyChecker({self._database.address!r})"


def _timed(way: Callable[[], CheckResult]) -> CheckResult:
    begun = time.perf_counter()
    result = way()
    return evolve(result, duration_ms=round((time.perf_counter() - begun) * 1e3, 3))
