"""Checks of quality: of a feature, a set, a snapshot."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from attrs import evolve, frozen

from featuretrail.domain.aggregates.snapshot import SnapshotAggregate, decide_assess
from featuretrail.domain.constraints import Constraint
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import (
    Metadata,
    QualityChecked,
    SnapshotAssessed,
    SnapshotCreated,
    SnapshotErased,
)
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.dimensions import completeness, uniqueness, validity
from featuretrail.domain.quality.drift_check import FeatureVerdict
from featuretrail.domain.quality.evidence import consistency, stability
from featuretrail.domain.quality.feature_quality import Dimension, FeatureQuality, SetQuality
from featuretrail.domain.quality.scoring import coverage_of, reasons_of, score_of, together
from featuretrail.domain.quality.timeliness import Timing, timeliness
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window, after, moment
from featuretrail.domain.records import quality_check
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.quality.given import given_values, snapshot_values
from featuretrail.infrastructure.quality.reading import drift_check
from featuretrail.infrastructure.quality.timing import read_timing
from featuretrail.quality.sources import QualitySources, in_order, span_of, target_of
from featuretrail.requests import Features

_UNDATED = Timing(None, None, 0, None)


@frozen(eq=False)
class QualityChecks:
    """Judges the quality of features and records what it found."""

    _sources: QualitySources

    def feature(
        self,
        feature: str | FeatureReference,
        data: Any,  # noqa: ANN401 - whatever frames.to_table or to_array reads
        window: Window | None,
        metadata: Metadata | None,
    ) -> FeatureQuality:
        """Judge one feature; without ``metadata`` nothing is recorded."""
        if data is not None and window is not None:
            raise InvalidInputError("data and window are given; values are judged of one of them")
        resolved = self._sources.feature(feature)
        if data is None:
            [found] = self._stored([resolved], window)
        else:
            [values] = given_values(data, [resolved])
            found = self._judged(resolved, values, _span(values), _UNDATED)
        return self._recorded([found], metadata)[0]

    def several(
        self, wanted: Features, window: Window | None, metadata: Metadata | None
    ) -> SetQuality:
        """Judge the features of a set or a group, reading each group once."""
        features = self._sources.features(wanted)
        found = self._recorded(self._stored(features, window), metadata)
        return _set_quality(target_of(wanted), found, None)

    def snapshot(self, snapshot_id: str, metadata: Metadata | None) -> SetQuality:
        """Judge a snapshot's matrix; its score becomes the snapshot's."""
        snapshot = self._sources.snapshots.get(snapshot_id)
        name = snapshot.info.snapshot_id
        registry = self._sources.registry.at(snapshot.info.position)
        found = []
        for values in snapshot_values(snapshot, None):
            resolved = registry.resolve(f"{values.path}@{values.version}")
            judged = self._judged(resolved, values, _span(values), _UNDATED, name)
            found.append(evolve(judged, snapshot_id=name))
        quality = _set_quality(snapshot.info.feature_set, found, name)
        if metadata is None:
            return quality
        recorded = self._assessed(quality, found, metadata)
        return _set_quality(snapshot.info.feature_set, recorded, name)

    def _stored(
        self, features: Sequence[ResolvedFeature], window: Window | None
    ) -> list[FeatureQuality]:
        windows = self._sources.windows(features, window, self._sources.position(None))
        closed = isinstance(window, tuple) and window[1] is not None
        timings = {
            values.path: read_timing(self._sources.database, each, closed=closed)
            for each in windows
            for values in each.values[:1]
        }
        by_group = {path.partition(".")[0]: timing for path, timing in timings.items()}
        return [
            self._judged(feature, values, span_of(windows), by_group[feature.group.name])
            for feature, values in zip(features, in_order(windows, features), strict=True)
        ]

    def _judged(
        self,
        feature: ResolvedFeature,
        values: FeatureValues,
        span: Span,
        timing: Timing,
        snapshot_id: str | None = None,
    ) -> FeatureQuality:
        dimensions = _dimensions(values, feature.version.definition.constraints, timing)
        path = feature.reference.path
        dimensions["consistency"] = consistency(self._sources.reader.consistency(path, snapshot_id))
        dimensions["stability"] = stability(self._verdicts(path))
        return FeatureQuality(
            feature_name=path,
            version=str(feature.version.version),
            score=score_of(dimensions),
            coverage=coverage_of(dimensions),
            dimensions=dimensions,
            reasons=reasons_of(dimensions),
            rows=values.rows,
            since=span.since,
            until=span.until,
        )

    def _verdicts(self, path: str) -> Mapping[str, FeatureVerdict]:
        """Return the newest verdict on a feature against each baseline that holds it."""
        reader = self._sources.reader
        names = [
            each.name
            for each in reader.baselines()
            if path in (reference.partition("@")[0] for reference in each.features)
        ]
        found: dict[str, FeatureVerdict] = {}
        for recorded in reader.last_checks(names):
            check = drift_check(recorded)
            for said in check.verdicts:
                if said["feature_name"] == path:
                    found[check.baseline] = FeatureVerdict.from_dict(said)
        return found

    def _recorded(
        self, found: Sequence[FeatureQuality], metadata: Metadata | None
    ) -> list[FeatureQuality]:
        if metadata is None or not found:
            return list(found)
        appended = self._sources.log.append(*(_event(each, metadata) for each in found))
        return [
            evolve(each, position=position)
            for each, position in zip(found, appended.positions, strict=True)
        ]

    def _assessed(
        self, quality: SetQuality, found: Sequence[FeatureQuality], metadata: Metadata
    ) -> list[FeatureQuality]:
        """Record the checks of a snapshot's features, and their score as the snapshot's."""
        snapshot_id = str(quality.snapshot_id)
        log = self._sources.log
        with self._sources.database.transaction() as connection:
            events = [_event(each, metadata) for each in found]
            positions = log.append(*events, connection=connection).positions
            if quality.score is not None:
                decided = decide_assess(
                    snapshot_state(log, snapshot_id),
                    metadata,
                    evidence=positions,
                    quality_score=quality.score,
                )
                if decided:
                    log.append(*decided, connection=connection)
        return [evolve(each, position=at) for each, at in zip(found, positions, strict=True)]


def snapshot_state(log: EventLog, snapshot_id: str) -> SnapshotAggregate:
    """Return a snapshot as its events tell it."""
    state = SnapshotAggregate.initial(snapshot_id)
    for each in log.history(state.id):
        event = each.event
        if isinstance(event, SnapshotCreated | SnapshotAssessed | SnapshotErased):
            state = state.evolve(event)
    return state


def _dimensions(
    values: FeatureValues, constraints: Sequence[Constraint], timing: Timing
) -> dict[str, Dimension]:
    return {
        "completeness": completeness(values),
        "validity": validity(values, constraints),
        "uniqueness": uniqueness(values),
        "timeliness": timeliness(timing, values.times),
    }


def _span(values: FeatureValues) -> Span:
    if values.times is None or not values.times.size:
        return Span()
    return Span(moment(int(values.times[0])), after(moment(int(values.times[-1]))))


def _event(quality: FeatureQuality, metadata: Metadata) -> QualityChecked:
    return quality_check(
        uuid4(),
        quality.feature_name,
        metadata,
        version=quality.version,
        score=quality.score,
        dimensions={name: each.score for name, each in quality.dimensions.items()},
        coverage=quality.coverage,
        reasons=quality.reasons,
        snapshot_id=quality.snapshot_id,
    )


def _set_quality(name: str, found: Sequence[FeatureQuality], snapshot_id: str | None) -> SetQuality:
    score, coverage = together(found)
    positions = [each.position for each in found if each.position is not None]
    return SetQuality(
        name=name,
        score=score,
        coverage=coverage,
        features={each.feature_name: each for each in found},
        snapshot_id=snapshot_id,
        position=max(positions, default=None),
    )
