"""What a check of quality answers: of one feature, and of several together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from featuretrail.domain.results import Result

DIMENSIONS = ("completeness", "validity", "uniqueness", "timeliness", "consistency", "stability")
"""What the quality of a feature is made of; each counts alike."""


@frozen
class Dimension:
    """One side of a feature's quality: 0 to 100, or ``None`` where it was not evaluated.

    ``reason`` says in words what the score rests on, or why there is none.
    """

    score: float | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {"score": self.score, "reason": self.reason}


@frozen
class FeatureQuality(Result):
    """How good a feature's values are.

    ``score`` is the mean of the dimensions that were evaluated, ``None`` if none was; ``coverage``
    is their share, 0 to 100. ``reasons`` say what keeps the score from 100 and what was not
    evaluated. ``position`` is the log position of the check's event, ``None`` if unrecorded.
    """

    feature_name: str
    version: str | None
    score: float | None
    coverage: float
    dimensions: Mapping[str, Dimension]
    reasons: tuple[str, ...] = field(repr=False)
    rows: int
    since: datetime | None
    until: datetime | None
    snapshot_id: str | None = None
    position: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "feature_name": self.feature_name,
            "version": self.version,
            "score": self.score,
            "coverage": self.coverage,
            "dimensions": {name: each.to_dict() for name, each in self.dimensions.items()},
            "reasons": list(self.reasons),
            "rows": self.rows,
            "since": _told(self.since),
            "until": _told(self.until),
            "snapshot_id": self.snapshot_id,
            "position": self.position,
        }


@frozen
class SetQuality(Result):
    """How good the features of a set, or of a snapshot, are: ``score`` is the mean of theirs."""

    name: str
    score: float | None
    coverage: float
    features: Mapping[str, FeatureQuality]
    snapshot_id: str | None = None
    position: int | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons of every feature, each with its name before it."""
        return tuple(
            f"{name}: {reason}" for name, each in self.features.items() for reason in each.reasons
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "name": self.name,
            "score": self.score,
            "coverage": self.coverage,
            "features": {name: each.to_dict() for name, each in self.features.items()},
            "snapshot_id": self.snapshot_id,
            "position": self.position,
        }


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
