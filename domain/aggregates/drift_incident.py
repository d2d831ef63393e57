"""The stream of one drift incident: detected, updated, acknowledged, resolved."""

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.aggregates.snapshot import check_snapshot
from featuretrail.domain.errors import AlreadyExistsError, ConflictError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.drift import (
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftType,
    DriftUpdated,
    Severity,
)
from featuretrail.domain.inputs import (
    check_amount,
    check_choice,
    check_feature,
    check_id,
    check_text,
    check_version,
    optional,
)
from featuretrail.domain.json_values import check_json_object

DriftEvent = DriftDetected | DriftUpdated | DriftAcknowledged | DriftResolved

Status = Literal["not detected", "detected", "acknowledged", "resolved"]


@frozen
class DriftIncident:
    """A drift incident as its events tell it: each is the latest of its kind, if any.

    ``current_snapshot_id`` is the last snapshot that drift was found in.
    """

    id: UUID
    version: int = 0
    detected: DriftDetected | None = None
    updated: DriftUpdated | None = None
    acknowledged: DriftAcknowledged | None = None
    resolved: DriftResolved | None = None
    current_snapshot_id: str | None = None

    @classmethod
    def initial(cls, incident_id: UUID) -> Self:
        """Return the incident before its first event; its id is its stream's."""
        return cls(check_id("the id of a drift incident", incident_id))

    @property
    def status(self) -> Status:
        """How far the incident has got."""
        if self.resolved is not None:
            return "resolved"
        if self.acknowledged is not None:
            return "acknowledged"
        return "not detected" if self.detected is None else "detected"

    @property
    def latest(self) -> DriftDetected | DriftUpdated | None:
        """The event that says how large the drift is now."""
        return self.detected if self.updated is None else self.updated

    def evolve(self, event: DriftEvent) -> Self:
        """Return the state after ``event``."""
        version = event.originator_version
        match event:
            case DriftDetected():
                current = event.current_snapshot_id
                return evolve(self, version=version, detected=event, current_snapshot_id=current)
            case DriftUpdated():
                current = event.current_snapshot_id or self.current_snapshot_id
                return evolve(self, version=version, updated=event, current_snapshot_id=current)
            case DriftAcknowledged():
                return evolve(self, version=version, acknowledged=event)
            case DriftResolved():
                return evolve(self, version=version, resolved=event)


def decide_detect(
    state: DriftIncident,
    feature_name: str,
    metadata: Metadata,
    *,
    drift_type: DriftType,
    drift_score: float,
    threshold_value: float,
    severity: Severity,
    details: Mapping[str, Any],
    version: str | None = None,
    baseline_snapshot_id: str | None = None,
    current_snapshot_id: str | None = None,
) -> list[DriftDetected]:
    """Return the event that opens an incident.

    ``drift_score`` and ``threshold_value`` are of the measure that ``details`` name: finite, from
    0. Raises ``InvalidInputError``, and ``AlreadyExistsError`` for an incident that is open or was.
    """
    if state.detected is not None:
        raise AlreadyExistsError(
            "drift incident", str(state.id), "update it, or detect a new one under another id"
        )
    return [
        DriftDetected.in_stream(
            state.id,
            state.version + 1,
            feature_name=check_feature(feature_name),
            version=optional(check_version, "version", version),
            drift_type=check_choice("drift_type", drift_type, get_args(DriftType)),
            drift_score=check_amount("drift_score", drift_score),
            threshold_value=check_amount("threshold_value", threshold_value),
            severity=check_choice("severity", severity, get_args(Severity)),
            details=check_json_object("details", details),
            baseline_snapshot_id=optional(
                check_snapshot, "baseline_snapshot_id", baseline_snapshot_id
            ),
            current_snapshot_id=optional(
                check_snapshot, "current_snapshot_id", current_snapshot_id
            ),
            metadata=metadata,
        )
    ]


def decide_update(
    state: DriftIncident,
    metadata: Metadata,
    *,
    drift_score: float,
    severity: Severity,
    details: Mapping[str, Any],
    current_snapshot_id: str | None = None,
) -> list[DriftUpdated]:
    """Return the event of a later check of an open incident, or none when it found no change.

    Without ``current_snapshot_id`` the last one stays. Raises ``InvalidInputError``, and
    ``ConflictError`` for an incident that is not open.
    """
    _open(state, "updated")
    event = DriftUpdated.in_stream(
        state.id,
        state.version + 1,
        drift_score=check_amount("drift_score", drift_score),
        severity=check_choice("severity", severity, get_args(Severity)),
        details=check_json_object("details", details),
        current_snapshot_id=optional(check_snapshot, "current_snapshot_id", current_snapshot_id),
        metadata=metadata,
    )
    current = event.current_snapshot_id or state.current_snapshot_id
    found = event.model_copy(update={"current_snapshot_id": current})
    return [] if found.repeats(_found_last(state)) else [event]


def decide_acknowledge(state: DriftIncident, metadata: Metadata) -> list[DriftAcknowledged]:
    """Return the event that the metadata's actor took notice of an open incident.

    Raises ``ConflictError`` for an incident that is not open or was acknowledged before.
    """
    _open(state, "acknowledged")
    if state.acknowledged is not None:
        by = state.acknowledged.metadata.actor
        raise ConflictError(
            f"drift incident {state.id} was acknowledged before{'' if by is None else f' by {by}'};"
            " resolve it when it has ended"
        )
    return [DriftAcknowledged.in_stream(state.id, state.version + 1, metadata=metadata)]


def decide_resolve(
    state: DriftIncident, action_taken: str, metadata: Metadata
) -> list[DriftResolved]:
    """Return the event that ends an open incident, acknowledged or not.

    Raises ``InvalidInputError``, and ``ConflictError`` for an incident that is not open.
    """
    _open(state, "resolved")
    action = check_text("action_taken", action_taken)
    return [
        DriftResolved.in_stream(state.id, state.version + 1, action_taken=action, metadata=metadata)
    ]


def _open(state: DriftIncident, wanted: str) -> None:
    """Raise ``ConflictError`` if the incident is not open."""
    if state.detected is None:
        raise ConflictError(
            f"drift incident {state.id} was never detected and cannot be {wanted}; detect it first"
        )
    if state.resolved is not None:
        raise ConflictError(
            f"drift incident {state.id} was resolved ({state.resolved.action_taken!r}) and cannot "
            f"be {wanted}; detect a new one under another id"
        )


def _found_last(state: DriftIncident) -> DriftUpdated | None:
    """Return what the last check found, its detection included, as if it were an update."""
    latest = state.latest
    if latest is None:
        return None
    return DriftUpdated.in_stream(
        state.id,
        state.version,
        drift_score=latest.drift_score,
        severity=latest.severity,
        details=latest.details,
        current_snapshot_id=state.current_snapshot_id,
    )
