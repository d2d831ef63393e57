"""``feature_drift_detection``: one row a drift incident; it is past once it is resolved."""

from featuretrail.domain.events import (
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
)
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision, Row

FEATURE_DRIFT_DETECTION = ReadModel(
    "feature_drift_detection", time="detected_at", past_since="resolved_at"
)


@FEATURE_DRIFT_DETECTION.on(DriftDetected)
def detected(event: DriftDetected, at: Place) -> list[Change]:
    """An incident opens."""
    return [
        {
            "id": event.originator_id,
            "detected_at": at.recorded_at,
            "feature_name": event.feature_name,
            "drift_type": event.drift_type,
            "drift_score": event.drift_score,
            "threshold_value": event.threshold_value,
            "baseline_snapshot_id": event.baseline_snapshot_id,
            "current_snapshot_id": event.current_snapshot_id,
            "drift_details": event.details,
            "severity": event.severity,
            "action_taken": None,
            "resolved_at": None,
            "version": event.version,
            "acknowledged_at": None,
            "acknowledged_by": None,
        }
    ]


@FEATURE_DRIFT_DETECTION.on(DriftUpdated)
def updated(event: DriftUpdated, at: Place) -> list[Change]:  # noqa: ARG001
    """The incident shows what the last check found."""
    found: Row = {
        "drift_score": event.drift_score,
        "severity": event.severity,
        "drift_details": event.details,
    }
    if event.current_snapshot_id is not None:
        found["current_snapshot_id"] = event.current_snapshot_id
    return [Revision(event.originator_id, found)]


@FEATURE_DRIFT_DETECTION.on(DriftAcknowledged)
def acknowledged(event: DriftAcknowledged, at: Place) -> list[Change]:
    """Someone took notice."""
    noticed = {"acknowledged_at": at.recorded_at, "acknowledged_by": event.metadata.actor}
    return [Revision(event.originator_id, noticed)]


@FEATURE_DRIFT_DETECTION.on(DriftResolved)
def resolved(event: DriftResolved, at: Place) -> list[Change]:
    """The incident closes."""
    ended = {"resolved_at": at.recorded_at, "action_taken": event.action_taken}
    return [Revision(event.originator_id, ended)]
