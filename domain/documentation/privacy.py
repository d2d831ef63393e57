"""What events say of private features without the values that they quote, see decision 37."""

from typing import TypeVar

from attrs import evolve

from featuretrail.domain.charts.figures import figure
from featuretrail.domain.documentation.chronicle import (
    Chronicle,
    IncidentTold,
    QualityTold,
    SnapshotTold,
)
from featuretrail.domain.documentation.declared import is_private
from featuretrail.domain.events import DriftDetected, DriftUpdated
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.registry import Registry

_Told = TypeVar("_Told", DriftDetected, DriftUpdated)
_TOLD_OF_COLUMNS = ("name", "type", "nulls")
"""Statistics of a column that quote no value."""


def private_features(registry: Registry) -> frozenset[str]:
    """Return the features whose rows no documentation shows."""
    return frozenset(
        each.reference.path
        for name in registry.groups
        for each in registry.features_of(name)
        if is_private(each.version.definition, each.group)
    )


def without_values(chronicle: Chronicle, private: frozenset[str]) -> Chronicle:
    """Return ``chronicle`` with nothing in it that quotes a value of a ``private`` feature.

    Measures, scores and thresholds stay; sentences, which name categories and medians, are made
    of them anew. Of a snapshot with a private feature the columns that are not known to be public
    (its keys and label among them) tell only how many NULLs they have.
    """
    if not private:
        return chronicle
    return evolve(
        chronicle,
        drift={
            name: tuple(_check(each, private) for each in checks)
            for name, checks in chronicle.drift.items()
        },
        quality={
            path: tuple(map(_quality, checks)) if path in private else checks
            for path, checks in chronicle.quality.items()
        },
        incidents={
            own_id: _incident(each) if each.paths & private else each
            for own_id, each in chronicle.incidents.items()
        },
        snapshots={
            name: _snapshot(each, private) if each.paths & private else each
            for name, each in chronicle.snapshots.items()
        },
    )


def _check(check: DriftCheck, private: frozenset[str]) -> DriftCheck:
    if private.isdisjoint(check.verdicts):
        return check
    verdicts = {
        path: evolve(verdict, words=_verdict_words(verdict), details={})
        if path in private
        else verdict
        for path, verdict in check.verdicts.items()
    }
    return evolve(check, verdicts=verdicts)


def _verdict_words(verdict: FeatureVerdict) -> str:
    what = "drifts" if verdict.drifted else f"is {verdict.status}"
    if verdict.measure is None or verdict.score is None:
        return f"{verdict.feature_name} {what}"
    return f"{verdict.feature_name} {what}; {verdict.measure} {figure(verdict.score)}"


def _quality(told: QualityTold) -> QualityTold:
    """Keep of each reason what it begins with: the dimension and its score."""
    reasons = [each.partition(":")[0] for each in told.event.reasons]
    return evolve(told, event=told.event.model_copy(update={"reasons": reasons}))


def _incident(told: IncidentTold) -> IncidentTold:
    state = told.state
    detected, updated = state.detected, state.updated
    assert detected is not None  # noqa: S101 - it has a feature, which its detection names
    name = detected.feature_name
    return evolve(
        told,
        state=evolve(
            state,
            detected=_reworded(detected, name),
            updated=None if updated is None else _reworded(updated, name),
        ),
    )


def _reworded(event: _Told, name: str) -> _Told:
    kept = {key: event.details[key] for key in ("baseline", "since") if key in event.details}
    words = f"{name} drifts; score {figure(event.drift_score)}"
    return event.model_copy(update={"details": {**kept, "words": words}})


def _snapshot(told: SnapshotTold, private: frozenset[str]) -> SnapshotTold:
    public = {
        each.get("output") or each.get("column")
        for each in told.event.features
        if each["reference"].partition("@")[0] not in private
    }
    statistics = [
        each
        if each["name"] in public
        else {name: each[name] for name in _TOLD_OF_COLUMNS if name in each}
        for each in told.event.statistics
    ]
    return evolve(told, event=told.event.model_copy(update={"statistics": statistics}))
