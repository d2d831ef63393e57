"""Occurrences: what an event of a check or an incident means to a rule."""

from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from attrs import field, frozen

from featuretrail.domain.aggregates.drift_incident import DriftIncident
from featuretrail.domain.consistency.words import words_of
from featuretrail.domain.events import (
    ConsistencyChecked,
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
    MonitorRan,
    QualityChecked,
)
from featuretrail.domain.events.alerts import AlertKind
from featuretrail.domain.events.drift import Severity

Phase = Literal["found", "acknowledged", "ended"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the least to the most severe."""

QUALITY_BANDS: tuple[tuple[float, Severity], ...] = ((25.0, "critical"), (50.0, "high"))
"""Scores below which a quality is so severe; any other below a rule's threshold is medium."""

WORDS = 5
"""How many lines of a consistency check a text has; the check has all of them."""


@frozen
class Occurrence:
    """Something that rules may speak of: what, how severe, and where the log says so.

    ``situation`` names what it belongs to, the same until it ends; ``name`` is the subject without
    its kind. ``score`` is a quality's, which each rule has its own threshold for.
    """

    kind: AlertKind
    situation: str
    name: str
    phase: Phase
    severity: Severity
    title: str
    text: str
    position: int
    stream: UUID
    version: int
    recorded_at: datetime
    feature: str | None = None
    score: float | None = None
    facts: dict[str, Any] = field(factory=dict)


def occurrence(
    event: Event, position: int, recorded_at: datetime, incident: DriftIncident | None = None
) -> Occurrence | None:
    """Return what an event means to rules, ``None`` when nothing.

    ``incident`` is that of a drift event as it was right after it.
    """
    where: dict[str, Any] = {
        "position": position,
        "stream": event.originator_id,
        "version": event.originator_version,
        "recorded_at": recorded_at,
    }
    match event:
        case DriftDetected() | DriftUpdated() | DriftAcknowledged() | DriftResolved():
            return None if incident is None else _of_drift(event, incident, where)
        case QualityChecked():
            return _of_quality(event, where)
        case ConsistencyChecked():
            return _of_consistency(event, where)
        case MonitorRan():
            return _of_run(event, where)
        case _:
            return None


def quality_severity(score: float) -> Severity:
    """Return how severe a quality is that a rule speaks of."""
    return next((name for least, name in QUALITY_BANDS if score < least), "medium")


def _of_drift(
    event: DriftDetected | DriftUpdated | DriftAcknowledged | DriftResolved,
    incident: DriftIncident,
    where: dict[str, Any],
) -> Occurrence | None:
    detected, latest = incident.detected, incident.latest
    if detected is None or latest is None:  # an incident that was never detected says nothing
        return None
    phase: Phase = "found"
    text = _drift_words(detected, latest)
    if isinstance(event, DriftAcknowledged):
        phase = "acknowledged"
    elif isinstance(event, DriftResolved):
        phase, text = "ended", f"{event.action_taken}. It was: {text}"
    return Occurrence(
        kind="drift",
        situation=f"drift incident {incident.id}",
        name=detected.feature_name,
        feature=detected.feature_name,
        phase=phase,
        severity=latest.severity,
        title=f"{detected.feature_name} drifted",
        text=text,
        facts={
            "drift_type": detected.drift_type,
            "drift_score": latest.drift_score,
            "threshold_value": detected.threshold_value,
            "version": detected.version,
        },
        **where,
    )


def _drift_words(detected: DriftDetected, latest: DriftDetected | DriftUpdated) -> str:
    """Return what the check said in words, or the figures where it said none."""
    words = latest.details.get("words")
    if isinstance(words, str) and words:
        return words
    against = detected.baseline_snapshot_id
    return (
        f"{detected.drift_type} drift of {detected.feature_name}: {latest.drift_score:g}, "
        f"threshold {detected.threshold_value:g}"
        + ("" if against is None else f", against {against}")
    )


def _of_quality(event: QualityChecked, where: dict[str, Any]) -> Occurrence | None:
    if event.score is None:  # not evaluated: neither good nor bad
        return None
    reasons = "; ".join(event.reasons)
    return Occurrence(
        kind="quality",
        situation=f"quality {event.feature_name}",
        name=event.feature_name,
        feature=event.feature_name,
        phase="found",
        severity=quality_severity(event.score),
        title=f"quality of {event.feature_name} is {event.score:.0f} of 100",
        text=reasons or "no reason was recorded",
        score=event.score,
        facts={"score": event.score, "coverage": event.coverage, "version": event.version},
        **where,
    )


def _of_consistency(event: ConsistencyChecked, where: dict[str, Any]) -> Occurrence | None:
    if event.status == "not evaluated":
        return None
    return Occurrence(
        kind="consistency",
        situation=f"consistency {event.snapshot_id} {event.check_type}",
        name=event.snapshot_id.partition("@")[0],
        phase="found" if event.status == "failed" else "ended",
        severity="high",
        title=f"{event.check_type} consistency of {event.snapshot_id} {event.status}",
        text="; ".join(
            [
                f"the {event.check_type} check of {event.snapshot_id} {event.status}",
                *words_of(event.details)[:WORDS],
            ]
        ),
        facts={"status": event.status, "confidence_score": event.confidence_score},
        **where,
    )


def _of_run(event: MonitorRan, where: dict[str, Any]) -> Occurrence | None:
    """A run that worked ends what was said about its monitor being stale."""
    if event.outcome == "failed":
        return None
    return Occurrence(
        kind="monitor",
        situation=f"monitor {event.name}",
        name=event.name,
        phase="ended",
        severity="medium",
        title=f"monitor {event.name} is stale",
        text=f"it checked the window until {event.window_end.isoformat()}",
        facts={"window_end": event.window_end.isoformat()},
        **where,
    )
