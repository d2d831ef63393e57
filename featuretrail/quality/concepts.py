"""Concept drift: how features relate to a label, in a snapshot and now."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.columns import one_array
from featuretrail.domain.drift.concept import measure_concept
from featuretrail.domain.drift.verdict import judge
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import Metadata
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.judging import feature_verdict
from featuretrail.domain.quality.limits import Limits, read_limits, thresholds_of
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Window
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.quality.given import (
    dtype_of,
    ordered_column,
    snapshot_values,
)
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot
from featuretrail.quality.drifts import DriftChecks, check_alpha
from featuretrail.quality.looked import Looked
from featuretrail.quality.sources import QualitySources


@frozen
class ConceptOrder:
    """What is asked of a check of concept drift; without ``metadata`` nothing is recorded."""

    reference: str
    current: str | None
    window: Window | None
    alpha: float
    thresholds: Limits | None
    metadata: Metadata | None


@frozen(eq=False)
class _Related:
    """Features and the outcome of the same rows, in the order of their times."""

    features: Sequence[FeatureValues] = field(repr=False)
    outcomes: pa.Array = field(repr=False)
    looked: Looked


@frozen(eq=False)
class ConceptChecks:
    """Compares the relation of features to an outcome with that in a snapshot."""

    _sources: QualitySources
    _drifts: DriftChecks

    def check(self, order: ConceptOrder) -> DriftCheck:
        """Compare, judge all features together, and record it as any check of drift."""
        begun = perf_counter()
        alpha = check_alpha(order.alpha)
        if (order.current is None) == (order.window is None):
            raise InvalidInputError("give one of current, a snapshot, and window")
        snapshot = self._sources.snapshots.get(order.reference)
        label = _label(snapshot)
        then = _of_snapshot(snapshot)
        now = self._stored(snapshot, order.window)
        if order.current is not None:
            current = self._sources.snapshots.get(order.current)
            now = _of_snapshot(current, [each.path for each in then.features])
        limits = read_limits(order.thresholds, [each.path for each in then.features])
        verdicts = _judged(then, now, alpha, limits)
        facts = {
            "baseline": snapshot.info.snapshot_id,
            "outcome": label,
            "alpha": alpha,
            "thresholds": limits,
            "duration_ms": round((perf_counter() - begun) * 1000, 3),
        }
        reference = snapshot.info.snapshot_id
        return self._drifts.records.record(now.looked, verdicts, facts, reference, order.metadata)

    def _stored(self, snapshot: FeatureSnapshot, window: Window | None) -> _Related:
        """Return the label's stored values in a window, joined to the features as they were."""
        request = snapshot.manifest["request"]
        reference = request["label_reference"]
        if reference is None:
            raise InvalidInputError(
                f"the labels of {snapshot.info.snapshot_id} were given with its spine, and are no "
                "stored feature; give the snapshot of newer ones as current"
            )
        position = self._sources.position(None)
        label = self._sources.feature(reference)
        looked = self._drifts.looked_at([label], window, position)
        [labels] = looked.values
        features = self._sources.features(
            [item["reference"] for item in snapshot.manifest["features"]]
        )
        joined = self._sources.historical.get(
            _spine(labels), features, position=position, closed=request["closed"]
        )
        columns = joined.columns[-len(features) :]
        values = [
            _values(feature, one_array(column), labels)
            for feature, column in zip(features, columns, strict=True)
        ]
        return _Related(values, labels.values, looked)


def _label(snapshot: FeatureSnapshot) -> str:
    label = snapshot.manifest["request"]["label_reference"] or snapshot.label
    if label is None:
        raise InvalidInputError(
            f"snapshot {snapshot.info.snapshot_id} has no label to relate its features to; "
            "create one of a set with a label, or with labels=..."
        )
    return str(label)


def _of_snapshot(snapshot: FeatureSnapshot, paths: Sequence[str] | None = None) -> _Related:
    _label(snapshot)
    values = snapshot_values(snapshot, paths)
    looked = Looked(
        "snapshot",
        values,
        snapshot.info.position,
        snapshot_id=snapshot.info.snapshot_id,
        moving_until=snapshot.info.created_at,
    )
    return _Related(values, ordered_column(snapshot, str(snapshot.label)), looked)


def _spine(labels: FeatureValues) -> pa.Table:
    return pa.table(
        {
            **labels.entities,
            "event_time": pa.array(labels.times, pa.timestamp("us", tz="UTC")),
        }
    )


def _values(feature: ResolvedFeature, column: pa.Array, labels: FeatureValues) -> FeatureValues:
    version = str(feature.version.version)
    return FeatureValues(feature.reference.path, version, feature.dtype, column, times=labels.times)


def _judged(
    then: _Related, now: _Related, alpha: float, limits: dict[str, dict[str, Any]]
) -> list[FeatureVerdict]:
    outcome = dtype_of(then.outcomes.type)
    if dtype_of(now.outcomes.type) != outcome:
        raise InvalidInputError(
            f"the label was {outcome} then and is {dtype_of(now.outcomes.type)} now"
        )
    measures = {
        was.path: measure_concept(
            was.values, then.outcomes, each.values, now.outcomes, was.dtype, outcome
        )
        for was, each in zip(then.features, now.features, strict=True)
    }
    thresholds = {path: thresholds_of(path, limits, alpha=alpha) for path in measures}
    verdicts = judge(measures, thresholds, alpha=alpha)
    versions = {each.path: each.version for each in now.features}
    return [feature_verdict(verdicts[path], versions[path]) for path in measures]
