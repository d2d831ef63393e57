"""Drift incidents as people read them: since when, how bad, who knows, what ended it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen

from featuretrail.domain.results import Result


@frozen
class Incident(Result):
    """A drift incident: a feature that no longer looks as its baseline, or did so until resolved.

    ``since`` is the begin of the first window that it was found in (``None``: a snapshot or data
    of the caller's); ``words`` what the last check that found it said.
    """

    incident_id: UUID
    feature_name: str
    version: str | None
    status: str
    drift_type: str
    severity: str
    score: float
    threshold: float
    words: str
    baseline: str | None
    since: datetime | None
    detected_at: datetime
    updated_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    action_taken: str | None
    baseline_snapshot_id: str | None
    current_snapshot_id: str | None
    position: int

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.resolved_at is None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        times = ("since", "detected_at", "updated_at", "acknowledged_at", "resolved_at")
        told = {name: getattr(self, name) for name in self.__slots__ if not name.startswith("__")}
        return told | {
            "incident_id": str(self.incident_id),
            **{name: None if told[name] is None else told[name].isoformat() for name in times},
        }
