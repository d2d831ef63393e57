"""What happens in tests of alerts: incidents and checks, as others record them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from featuretrail.domain.aggregates import feature, group
from featuretrail.domain.aggregates.drift_incident import (
    DriftEvent,
    DriftIncident,
    decide_acknowledge,
    decide_detect,
    decide_resolve,
    decide_update,
)
from featuretrail.domain.alerts.evaluation import Evaluation, Routes
from featuretrail.domain.alerts.occurrence import Occurrence, occurrence
from featuretrail.domain.alerts.outbox import Outbox
from featuretrail.domain.alerts.rule import Rule, decide_set
from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.events import DRIFT_EVENTS, Event, Metadata, QualityChecked, stream_id
from featuretrail.domain.events.drift import Severity
from featuretrail.domain.registry import Registry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BY = Metadata(actor="ann")

WEATHER = FeatureGroup(
    "weather",
    keys={"origin": "text"},
    owner="ops",
    tags=["met"],
    features=[
        Feature("temp", "float64", "Air temperature"),
        Feature("wind", "float64", "Wind speed", owner="ben", tags=["gold"]),
    ],
)


def incident_id(number: int = 1) -> UUID:
    """The id of a test's incident."""
    return stream_id("test incident", str(number))


def detected(
    number: int = 1, about: str = "weather.temp", severity: Severity = "high"
) -> DriftIncident:
    """An incident that was just detected."""
    state = DriftIncident.initial(incident_id(number))
    [event] = decide_detect(
        state, about, BY, drift_type="statistical", drift_score=0.4, threshold_value=0.1,
        severity=severity,
        details={"words": f"{about} moved up"},
    )  # fmt: skip
    return state.evolve(event)


def worse(state: DriftIncident, severity: Severity, score: float = 0.9) -> DriftEvent:
    """The event that an incident worsened."""
    [event] = decide_update(
        state, BY, drift_score=score, severity=severity, details={"words": "moved further"}
    )  # fmt: skip
    return event


def acknowledged(state: DriftIncident) -> DriftEvent:
    """The event that someone took notice."""
    [event] = decide_acknowledge(state, BY)
    return event


def resolved(state: DriftIncident) -> DriftEvent:
    """The event that an incident ended."""
    [event] = decide_resolve(state, "it returned", BY)
    return event


def quality(score: float | None, number: int = 1, about: str = "weather.temp") -> QualityChecked:
    """A check of quality, the ``number``-th of its feature."""
    return QualityChecked.in_stream(
        stream_id("quality", f"{about}{number}"),
        1,
        feature_name=about,
        version="1.0.0",
        score=score,
        dimensions={"completeness": score},
        coverage=50.0,
        reasons=["a third is NULL"],
    )


def seen(event: Event, state: DriftIncident | None = None, position: int = 10) -> Occurrence:
    """What an event means to rules; ``state`` is its incident before it."""
    after = state.evolve(event) if state and isinstance(event, DRIFT_EVENTS) else None
    found = occurrence(event, position, NOON, after)
    assert found is not None
    return found


def opened(number: int = 1, about: str = "weather.temp", severity: Severity = "high") -> Occurrence:
    """What the detection of an incident means to rules."""
    state = detected(number, about, severity)
    assert state.detected is not None
    return seen(state.detected, DriftIncident.initial(state.id))


def rule(name: str = "all", destinations: object = ("hook",), **facts: Any) -> Rule:
    """A rule that is in force from position 1 on."""
    state = Rule.initial(name)
    [event] = decide_set(state, destinations, BY, **facts)
    return state.evolve(event, 1)


def evaluation(
    *rules: Rule, state: Outbox | None = None, now: datetime = NOON, routes: Routes | None = None
) -> Evaluation:
    """An evaluation by ``rules`` at ``now``, going on from ``state``."""
    known = Outbox() if state is None else state
    return Evaluation(rules, REGISTRY, {} if routes is None else routes, now, BY, known)


def _registered() -> Registry:
    events: list[Event] = list(
        group.decide_define(group.GroupAggregate.initial(WEATHER.name), WEATHER, BY)
    )
    for each in WEATHER.features:
        events += feature.decide_define(
            feature.FeatureAggregate.initial(WEATHER.name, each.name), each, BY
        )
    return Registry().evolve(events, len(events))


REGISTRY = _registered()
