"""What a check of drift answers: a verdict a feature, and the incidents it moved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from attrs import field, frozen

from featuretrail.domain.events import DriftChecked
from featuretrail.domain.results import Result

FOUND = ("drift", "critical")
"""The statuses of a verdict that open an incident."""


@frozen
class FeatureVerdict:
    """What a check says of one feature.

    ``status`` is ``stable``, ``drift``, ``critical`` (nothing but NULL), ``insufficient`` or
    ``empty``; ``measure`` is what decided, ``score`` its size and ``threshold`` the one from which
    it counts; ``p_value`` is adjusted for all tests of the check; ``words`` are one sentence;
    ``details`` hold all measures.
    """

    feature_name: str
    version: str | None
    status: str
    drift_type: str | None
    measure: str | None
    score: float | None
    threshold: float | None
    severity: str | None
    p_value: float | None
    words: str
    details: Mapping[str, Any] = field(repr=False)

    @property
    def drifted(self) -> bool:
        """Whether the feature drifted."""
        return self.status in FOUND

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object, which ``from_dict`` reads."""
        return {
            "feature_name": self.feature_name,
            "version": self.version,
            "status": self.status,
            "drift_type": self.drift_type,
            "measure": self.measure,
            "score": self.score,
            "threshold": self.threshold,
            "severity": self.severity,
            "p_value": self.p_value,
            "words": self.words,
            "details": dict(self.details),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Self:
        """Return the verdict that ``to_dict`` wrote."""
        return cls(**said)


@frozen
class DriftCheck(Result):
    """What values look like against a baseline.

    ``verdicts`` are by feature; ``incidents`` are the open ones after the check, by feature, of
    which it ``opened`` some, and it ``resolved`` others. ``known_position`` is the log position
    the values were read at, ``position`` that of the check's event (``None``: not recorded).
    """

    baseline: str
    outcome: str | None
    since: datetime | None
    until: datetime | None
    snapshot_id: str | None
    known_position: int
    alpha: float
    verdicts: Mapping[str, FeatureVerdict]
    incidents: Mapping[str, UUID]
    duration_ms: float
    opened: tuple[UUID, ...] = ()
    updated: tuple[UUID, ...] = ()
    resolved: tuple[UUID, ...] = ()
    position: int | None = None

    @property
    def drifted(self) -> tuple[str, ...]:
        """The features that drifted."""
        return tuple(name for name, each in self.verdicts.items() if each.drifted)

    @property
    def ok(self) -> bool:
        """Whether no feature drifted; what could not be judged did not."""
        return not self.drifted

    @classmethod
    def of(cls, event: DriftChecked, position: int | None = None) -> Self:
        """Return the check of an event."""
        verdicts = [FeatureVerdict.from_dict(said) for said in event.verdicts]
        return cls(
            baseline=event.baseline,
            outcome=event.outcome,
            since=event.since,
            until=event.until,
            snapshot_id=event.snapshot_id,
            known_position=event.position,
            alpha=event.alpha,
            verdicts={each.feature_name: each for each in verdicts},
            incidents={name: UUID(own_id) for name, own_id in event.incidents.items()},
            duration_ms=event.duration_ms,
            position=position,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "baseline": self.baseline,
            "outcome": self.outcome,
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "snapshot_id": self.snapshot_id,
            "known_position": self.known_position,
            "position": self.position,
            "alpha": self.alpha,
            "ok": self.ok,
            "drifted": list(self.drifted),
            "verdicts": [each.to_dict() for each in self.verdicts.values()],
            "incidents": {name: str(own_id) for name, own_id in self.incidents.items()},
            "opened": [str(own_id) for own_id in self.opened],
            "updated": [str(own_id) for own_id in self.updated],
            "resolved": [str(own_id) for own_id in self.resolved],
            "duration_ms": self.duration_ms,
        }


@frozen
class RecordedCheck(Result):
    """A check as it was recorded, beside what would be said of the same values now.

    ``now`` is ``None`` where that cannot be told any more; ``reason`` then says why.
    """

    recorded: DriftCheck
    recorded_at: datetime
    now: DriftCheck | None
    reason: str | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """The features of which something else would be said now."""
        if self.now is None:
            return ()
        return tuple(
            name
            for name, said in self.now.verdicts.items()
            if (was := self.recorded.verdicts.get(name)) is None or was.status != said.status
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "recorded": self.recorded.to_dict(),
            "recorded_at": self.recorded_at.isoformat(),
            "now": None if self.now is None else self.now.to_dict(),
            "changed": list(self.changed),
            "reason": self.reason,
        }
