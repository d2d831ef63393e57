"""Events of drift incidents: detected, updated, acknowledged, resolved."""

from typing import ClassVar, Literal

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events

DriftType = Literal["statistical", "distribution", "concept"]
Severity = Literal["low", "medium", "high", "critical"]


class DriftDetected(Event):
    """A feature no longer looks as its baseline; this opens an incident."""

    TOPIC: ClassVar[str] = "featuretrail.drift.detected"

    feature_name: str
    version: str | None
    drift_type: DriftType
    drift_score: float
    threshold_value: float
    severity: Severity
    details: JsonObject
    baseline_snapshot_id: str | None = None
    current_snapshot_id: str | None = None


class DriftUpdated(Event):
    """A later check of an open incident found it changed."""

    TOPIC: ClassVar[str] = "featuretrail.drift.updated"

    drift_score: float
    severity: Severity
    details: JsonObject
    current_snapshot_id: str | None = None


class DriftAcknowledged(Event):
    """Someone (the event's actor) took notice of an open incident."""

    TOPIC: ClassVar[str] = "featuretrail.drift.acknowledged"


class DriftResolved(Event):
    """An incident ended; ``action_taken`` says by what."""

    TOPIC: ClassVar[str] = "featuretrail.drift.resolved"

    action_taken: str


DRIFT_EVENTS = (DriftDetected, DriftUpdated, DriftAcknowledged, DriftResolved)

register_events(*DRIFT_EVENTS)
