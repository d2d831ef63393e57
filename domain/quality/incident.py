"""Drift incidents as people read them: since when, how bad, who knows, what ended it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import asdict, frozen

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import (
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
)
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
        told = asdict(self) | {"incident_id": str(self.incident_id), "open": self.open}
        for name in ("since", "detected_at", "updated_at", "acknowledged_at", "resolved_at"):
            told[name] = None if told[name] is None else told[name].isoformat()
        return told


def incident_of(
    state: DriftIncident, times: Mapping[type[Event], datetime], position: int
) -> Incident:
    """Return an incident by its events; ``times`` are when the last of each kind was recorded.

    ``position`` is that of its last event. Raises ``NotFoundError`` before its detection.
    """
    detected, latest = state.detected, state.latest
    if detected is None or latest is None:
        raise NotFoundError("event that detects drift incident", str(state.id))
    since = detected.details.get("since")
    acknowledged, resolved = state.acknowledged, state.resolved
    return Incident(
        incident_id=state.id,
        feature_name=detected.feature_name,
        version=detected.version,
        status=state.status,
        drift_type=detected.drift_type,
        severity=latest.severity,
        score=latest.drift_score,
        threshold=detected.threshold_value,
        words=str(latest.details.get("words", f"{detected.feature_name} drifted")),
        baseline=detected.details.get("baseline"),
        since=None if since is None else datetime.fromisoformat(since),
        detected_at=times[DriftDetected],
        updated_at=times.get(DriftUpdated, times[DriftDetected]),
        acknowledged_at=times.get(DriftAcknowledged),
        acknowledged_by=None if acknowledged is None else acknowledged.metadata.actor,
        resolved_at=times.get(DriftResolved),
        action_taken=None if resolved is None else resolved.action_taken,
        baseline_snapshot_id=detected.baseline_snapshot_id,
        current_snapshot_id=state.current_snapshot_id,
        position=position,
    )
