"""The outcome of checking a snapshot: one result a type of check."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from featuretrail.domain.consistency.comparison import TableComparison
from featuretrail.domain.consistency.judging import Status, worst
from featuretrail.domain.consistency.words import words_of
from featuretrail.domain.events.checks import CheckType
from featuretrail.domain.results import Result


@frozen
class CheckResult(Result):
    """The outcome of one type of check.

    ``comparisons`` has one entry for each other statement of the values; ``reasons`` say what was
    not evaluated and why, or what is wrong beside single values. ``fixed`` counts the online rows
    that ``auto_fix`` refreshed, by group. ``position`` is that of the check's event.
    """

    check_type: CheckType
    status: Status
    confidence_score: float | None
    comparisons: tuple[TableComparison, ...]
    reasons: tuple[str, ...]
    fixed: Mapping[str, int] = field(factory=dict)
    duration_ms: float = 0.0
    position: int | None = None

    @property
    def auto_fixed(self) -> bool:
        """Whether online rows were refreshed."""
        return bool(self.fixed)

    @property
    def words(self) -> tuple[str, ...]:
        """What is wrong, each in a line; empty where nothing is."""
        return tuple(words_of(self.details()))

    def details(self) -> dict[str, Any]:
        """Return what the event of the check tells."""
        return {
            "comparisons": [each.to_dict() for each in self.comparisons],
            "reasons": list(self.reasons),
            "fixed": dict(self.fixed),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "check_type": self.check_type,
            "status": self.status,
            "confidence_score": self.confidence_score,
            "auto_fixed": self.auto_fixed,
            "duration_ms": self.duration_ms,
            "position": self.position,
            **self.details(),
        }


@frozen
class ConsistencyReport(Result):
    """What checking a snapshot found, by type of check; ``status`` is the worst of them."""

    snapshot_id: str
    results: Mapping[str, CheckResult]

    @property
    def status(self) -> Status:
        """The worst status of all types."""
        return worst(each.status for each in self.results.values())

    @property
    def ok(self) -> bool:
        """Whether something was compared, and nothing of it failed or warns."""
        return self.status == "passed"

    def __getitem__(self, check_type: str) -> CheckResult:
        return self.results[check_type]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "snapshot_id": self.snapshot_id,
            "status": self.status,
            "results": {name: each.to_dict() for name, each in self.results.items()},
        }
