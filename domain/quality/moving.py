"""Moving incidents: what a check's verdicts open, update and resolve."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import evolve, field, frozen

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.aggregates.drift_incident import (
    decide_detect,
    decide_resolve,
    decide_update,
)
from featuretrail.domain.events import Event, Metadata, stream_id
from featuretrail.domain.quality.drift_check import FeatureVerdict


@frozen
class Occasion:
    """What a check looked at, as its incidents tell it.

    ``name`` and ``number`` are its stream's and its own in it, by which the incidents that it opens
    are named: so two checkers cannot open the same one twice.
    """

    name: str
    number: int
    baseline: str
    since: datetime | None
    until: datetime | None
    position: int
    baseline_snapshot_id: str | None
    snapshot_id: str | None
    metadata: Metadata

    @property
    def place(self) -> str:
        """Where in time or among snapshots a feature was seen."""
        if self.snapshot_id is not None:
            return f"in snapshot {self.snapshot_id}"
        if self.until is not None:
            return f"in the window that ends at {self.until.isoformat()}"
        return f"at position {self.position}"


@frozen
class Moves:
    """The events that a check causes, and the incidents that are open after it, by feature."""

    verdicts: tuple[FeatureVerdict, ...]
    events: tuple[Event, ...]
    incidents: Mapping[str, UUID]
    opened: tuple[UUID, ...] = ()
    updated: tuple[UUID, ...] = ()
    resolved: tuple[UUID, ...] = ()


@frozen
class _Moving:
    occasion: Occasion
    events: list[Event] = field(factory=list)
    incidents: dict[str, UUID] = field(factory=dict)
    opened: list[UUID] = field(factory=list)
    updated: list[UUID] = field(factory=list)
    resolved: list[UUID] = field(factory=list)


def move(
    occasion: Occasion,
    verdicts: Sequence[FeatureVerdict],
    incidents: Mapping[str, DriftIncident],
) -> Moves:
    """Return what ``verdicts`` do to the open ``incidents`` (by feature).

    A feature that drifted opens one or updates its own; one that is stable again resolves it. What
    could not be judged, for want of rows, leaves it as it is. The verdicts come back in words that
    name the feature and since when.
    """
    moving = _Moving(occasion)
    moving.incidents.update({name: each.id for name, each in incidents.items()})
    told = []
    for verdict in verdicts:
        incident = incidents.get(verdict.feature_name)
        since = occasion.since if incident is None else _since(incident)
        said = in_words(verdict, since) if verdict.drifted else in_words(verdict, None)
        told.append(said)
        if verdict.drifted and incident is None:
            _open(moving, said)
        elif verdict.drifted and incident is not None:
            _update(moving, said, incident)
        elif verdict.status == "stable" and incident is not None:
            _resolve(moving, said, incident)
    return Moves(
        verdicts=tuple(told),
        events=tuple(moving.events),
        incidents=moving.incidents,
        opened=tuple(moving.opened),
        updated=tuple(moving.updated),
        resolved=tuple(moving.resolved),
    )


def unmoved(
    verdicts: Sequence[FeatureVerdict], since: datetime | None, incidents: Mapping[str, UUID]
) -> Moves:
    """Return what a check says that leaves incidents as they are."""
    told = tuple(in_words(each, since if each.drifted else None) for each in verdicts)
    return Moves(verdicts=told, events=(), incidents=dict(incidents))


def in_words(verdict: FeatureVerdict, since: datetime | None) -> FeatureVerdict:
    """Return a verdict whose words are a sentence about its feature, and tell since when.

    >>> from datetime import UTC
    >>> verdict = FeatureVerdict(
    ...     "weather.temp", None, "drift", "statistical", "ks", 0.31, 0.05, "high", 2e-9,
    ...     "moved up by 0.6 IQR; KS 0.31, adjusted p 2e-9", {},
    ... )
    >>> in_words(verdict, datetime(2013, 7, 14, tzinfo=UTC)).words
    'weather.temp moved up by 0.6 IQR since 14 July 2013; KS 0.31, adjusted p 2e-9'
    """
    if since is None:
        return evolve(verdict, words=f"{verdict.feature_name} {verdict.words}")
    # the evidence is last, and has no semicolon as the name of a category may
    what, separator, evidence = verdict.words.rpartition(";")
    when = f" since {day(since)}"
    return evolve(verdict, words=f"{verdict.feature_name} {what}{when}{separator}{evidence}")


def day(moment: datetime) -> str:
    """Return a moment as people say it, to the minute where it is not midnight."""
    date = f"{moment.day} {moment:%B %Y}"
    return date if moment.hour == moment.minute == 0 else f"{date} {moment:%H:%M}"


def _open(moving: _Moving, verdict: FeatureVerdict) -> None:
    occasion = moving.occasion
    name = f"{occasion.name}/{verdict.feature_name}/{occasion.number}"
    state = DriftIncident.initial(stream_id("drift incident", name))
    moving.events.extend(
        decide_detect(
            state,
            verdict.feature_name,
            occasion.metadata,
            drift_type=_drift_type(verdict),
            drift_score=0.0 if verdict.score is None else verdict.score,
            threshold_value=0.0 if verdict.threshold is None else verdict.threshold,
            severity=_severity(verdict),
            details=_details(occasion, verdict, occasion.since),
            version=verdict.version,
            baseline_snapshot_id=occasion.baseline_snapshot_id,
            current_snapshot_id=occasion.snapshot_id,
        )
    )
    moving.incidents[verdict.feature_name] = state.id
    moving.opened.append(state.id)


def _update(moving: _Moving, verdict: FeatureVerdict, incident: DriftIncident) -> None:
    decided = decide_update(
        incident,
        moving.occasion.metadata,
        drift_score=0.0 if verdict.score is None else verdict.score,
        severity=_severity(verdict),
        details=_details(moving.occasion, verdict, _since(incident)),
        current_snapshot_id=moving.occasion.snapshot_id,
    )
    moving.events.extend(decided)
    moving.updated.extend(event.originator_id for event in decided)


def _resolve(moving: _Moving, verdict: FeatureVerdict, incident: DriftIncident) -> None:
    action = f"returned to its baseline {moving.occasion.place}"
    moving.events.extend(decide_resolve(incident, action, moving.occasion.metadata))
    moving.resolved.append(incident.id)
    del moving.incidents[verdict.feature_name]


def _since(incident: DriftIncident) -> datetime | None:
    said = None if incident.detected is None else incident.detected.details.get("since")
    return None if said is None else datetime.fromisoformat(said)


def _details(occasion: Occasion, verdict: FeatureVerdict, since: datetime | None) -> dict[str, Any]:
    return {
        "baseline": occasion.baseline,
        "words": verdict.words,
        "status": verdict.status,
        "since": None if since is None else since.isoformat(),
        "window": [
            None if bound is None else bound.isoformat()
            for bound in (occasion.since, occasion.until)
        ],
        "position": occasion.position,
        "p_value": verdict.p_value,
        "measures": dict(verdict.details),
    }


def _drift_type(verdict: FeatureVerdict) -> Any:  # noqa: ANN401 - checked by the decision
    return "distribution" if verdict.drift_type is None else verdict.drift_type


def _severity(verdict: FeatureVerdict) -> Any:  # noqa: ANN401 - checked by the decision
    return "critical" if verdict.status == "critical" else verdict.severity or "medium"
