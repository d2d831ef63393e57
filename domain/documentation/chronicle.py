"""What the log says of checks, baselines, incidents, snapshots and models, folded in one pass."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Self, TypeVar
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.aggregates.snapshot import SnapshotAggregate, snapshot_name
from featuretrail.domain.events import (
    BaselineCreated,
    ConsistencyChecked,
    DriftAcknowledged,
    DriftChecked,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
    LineageDeclared,
    LineageRetired,
    MetadataRecorded,
    QualityChecked,
    SnapshotAssessed,
    SnapshotCreated,
    SnapshotErased,
    TrainingRunRecorded,
    ValuesErased,
    ValuesRemoved,
)
from featuretrail.domain.quality.drift_check import DriftCheck
from featuretrail.domain.quality.incident import Incident, incident_of
from featuretrail.domain.versions import Version

KEPT = 400
"""Checks of one thing that are kept, the newest."""

TOPICS = tuple(
    each.TOPIC
    for each in (
        BaselineCreated,
        ConsistencyChecked,
        DriftAcknowledged,
        DriftChecked,
        DriftDetected,
        DriftResolved,
        DriftUpdated,
        FeatureDefined,
        FeatureSetDefined,
        GroupDefined,
        LineageDeclared,
        LineageRetired,
        MetadataRecorded,
        QualityChecked,
        SnapshotAssessed,
        SnapshotCreated,
        SnapshotErased,
        TrainingRunRecorded,
        ValuesErased,
        ValuesRemoved,
    )
)
"""The topics that a chronicle is folded from."""

Told = tuple[int, datetime, Event]
"""An event with its position and when it was recorded."""

_K = TypeVar("_K")
_V = TypeVar("_V")


@frozen
class DefinitionTold:
    """A definition of a group, feature or set with its place in the log."""

    position: int
    recorded_at: datetime
    event: GroupDefined | FeatureDefined | FeatureSetDefined


@frozen
class LineageTold:
    """A declaration of a feature's lineage, or its retirement, with its place in the log."""

    position: int
    recorded_at: datetime
    event: LineageDeclared | LineageRetired


@frozen
class BaselineTold:
    """A baseline with its place in the log."""

    position: int
    recorded_at: datetime
    event: BaselineCreated

    @property
    def paths(self) -> frozenset[str]:
        """The features it profiles."""
        return frozenset(each["reference"].partition("@")[0] for each in self.event.features)


@frozen
class QualityTold:
    """A check of quality with its place in the log."""

    position: int
    recorded_at: datetime
    event: QualityChecked


@frozen
class ConsistencyTold:
    """A check of consistency with its place in the log."""

    position: int
    recorded_at: datetime
    event: ConsistencyChecked


@frozen
class SnapshotTold:
    """A snapshot: its creation, and the verdicts on it."""

    position: int
    recorded_at: datetime
    event: SnapshotCreated
    state: SnapshotAggregate
    last_position: int

    @property
    def snapshot_id(self) -> str:
        """``feature_set@1.0.0``."""
        return self.state.snapshot_id

    @property
    def paths(self) -> frozenset[str]:
        """The features it froze."""
        return frozenset(each["reference"].partition("@")[0] for each in self.event.features)


@frozen
class RunTold:
    """A training run with its place in the log."""

    position: int
    recorded_at: datetime
    event: TrainingRunRecorded


@frozen
class IncidentTold:
    """A drift incident with the times of its events and the position of the last."""

    state: DriftIncident
    times: Mapping[type[Event], datetime]
    position: int
    detected_at: int

    @property
    def paths(self) -> frozenset[str]:
        """The feature that drifted."""
        detected = self.state.detected
        return frozenset() if detected is None else frozenset([detected.feature_name])

    def told(self) -> Incident:
        """Return it as people read it."""
        return incident_of(self.state, self.times, self.position)


@frozen
class Chronicle:
    """What the events up to ``position`` say; an immutable value, made by ``evolve``.

    ``named`` has the snapshots' ids by those of their streams.
    """

    position: int = 0
    groups: Mapping[str, tuple[DefinitionTold, ...]] = {}
    features: Mapping[str, tuple[DefinitionTold, ...]] = {}
    sets: Mapping[str, tuple[DefinitionTold, ...]] = {}
    lineage: Mapping[str, tuple[LineageTold, ...]] = {}
    baselines: Mapping[str, BaselineTold] = {}
    drift: Mapping[str, tuple[DriftCheck, ...]] = {}
    quality: Mapping[str, tuple[QualityTold, ...]] = {}
    consistency: Mapping[str, tuple[ConsistencyTold, ...]] = {}
    snapshots: Mapping[str, SnapshotTold] = {}
    named: Mapping[UUID, str] = {}
    runs: Mapping[str, tuple[RunTold, ...]] = {}
    incidents: Mapping[UUID, IncidentTold] = {}
    metadata: Mapping[str, Mapping[str, Any]] = {}
    removals: Mapping[str, int] = {}

    @cached_property
    def baselines_of(self) -> Mapping[str, tuple[BaselineTold, ...]]:
        """The baselines that profile each feature, oldest first."""
        return _by_path(self.baselines.values(), lambda each: each.paths)

    @cached_property
    def snapshots_of(self) -> Mapping[str, tuple[SnapshotTold, ...]]:
        """The snapshots that froze each feature, oldest first."""
        return _by_path(self.snapshots.values(), lambda each: each.paths)

    @cached_property
    def incidents_of(self) -> Mapping[str, tuple[IncidentTold, ...]]:
        """The drift incidents of each feature, oldest first."""
        known = [each for each in self.incidents.values() if each.state.detected is not None]
        return _by_path(known, lambda each: each.paths)

    def evolve(self, events: Iterable[Told], position: int) -> Self:
        """Return the chronicle after ``events`` (in log order), as of ``position``."""
        fold = _Fold(self)
        for place, recorded_at, event in events:
            fold.take(place, recorded_at, event)
        return evolve(self, position=max(position, self.position), **vars(fold))


class _Fold:
    """Copies of a chronicle's mappings that events are put into."""

    def __init__(self, known: Chronicle) -> None:
        self.groups = dict(known.groups)
        self.features = dict(known.features)
        self.sets = dict(known.sets)
        self.lineage = dict(known.lineage)
        self.baselines = dict(known.baselines)
        self.drift = dict(known.drift)
        self.quality = dict(known.quality)
        self.consistency = dict(known.consistency)
        self.snapshots = dict(known.snapshots)
        self.named = dict(known.named)
        self.runs = dict(known.runs)
        self.incidents = dict(known.incidents)
        self.metadata = dict(known.metadata)
        self.removals = dict(known.removals)

    def take(self, at: int, when: datetime, event: Event) -> None:
        match event:
            case GroupDefined() | FeatureDefined() | FeatureSetDefined():
                self._definition(DefinitionTold(at, when, event))
            case LineageDeclared(feature_name=path) | LineageRetired(feature_name=path):
                _add(self.lineage, path, LineageTold(at, when, event))
            case MetadataRecorded(feature_name=path):
                key = f"{event.metadata_type}.{event.metadata_key}"
                self.metadata[path] = {**self.metadata.get(path, {}), key: event.metadata_value}
            case ValuesRemoved(group=group) | ValuesErased(group=group):
                self.removals[group] = at
            case SnapshotCreated() | SnapshotAssessed() | SnapshotErased():
                self._snapshot(at, when, event)
            case DriftDetected() | DriftUpdated() | DriftAcknowledged() | DriftResolved():
                self._incident(at, when, event)
            case _:
                self._check(at, when, event)

    def _check(self, at: int, when: datetime, event: Event) -> None:
        match event:
            case BaselineCreated(name=name):
                self.baselines[name] = BaselineTold(at, when, event)
            case DriftChecked(outcome=None, checked="window", baseline=name):
                _add(self.drift, name, DriftCheck.of(event, at))
            case QualityChecked(feature_name=path):
                _add(self.quality, path, QualityTold(at, when, event))
            case ConsistencyChecked(snapshot_id=snapshot):
                _add(self.consistency, snapshot, ConsistencyTold(at, when, event))
            case TrainingRunRecorded(snapshot_id=snapshot):
                _add(self.runs, snapshot, RunTold(at, when, event))

    def _definition(self, told: DefinitionTold) -> None:
        match told.event:
            case GroupDefined(name=name):
                _add(self.groups, name, told)
            case FeatureDefined(group=group, name=name):
                _add(self.features, f"{group}.{name}", told)
            case FeatureSetDefined(name=name):
                _add(self.sets, name, told)

    def _snapshot(
        self, at: int, when: datetime, event: SnapshotCreated | SnapshotAssessed | SnapshotErased
    ) -> None:
        if isinstance(event, SnapshotCreated):
            name = snapshot_name(event.feature_set, Version.parse(event.version))
            state = SnapshotAggregate.initial(name).evolve(event)
            self.snapshots[name] = SnapshotTold(at, when, event, state, at)
            self.named[state.id] = name
            return
        name = self.named[event.originator_id]
        known = self.snapshots[name]
        state = known.state.evolve(event)
        self.snapshots[name] = evolve(known, state=state, last_position=at)

    def _incident(
        self,
        at: int,
        when: datetime,
        event: DriftDetected | DriftUpdated | DriftAcknowledged | DriftResolved,
    ) -> None:
        known = self.incidents.get(event.originator_id)
        if known is None:
            known = IncidentTold(DriftIncident.initial(event.originator_id), {}, at, at)
        times = {**known.times, type(event): when}
        state = known.state.evolve(event)
        self.incidents[event.originator_id] = evolve(known, state=state, times=times, position=at)


def _add(told: dict[_K, tuple[_V, ...]], key: _K, item: _V) -> None:
    told[key] = (*told.get(key, ()), item)[-KEPT:]


def _by_path(
    things: Iterable[_V], paths: Callable[[_V], frozenset[str]]
) -> dict[str, tuple[_V, ...]]:
    found: dict[str, list[_V]] = {}
    for each in things:
        for path in paths(each):
            found.setdefault(path, []).append(each)
    return {path: tuple(each) for path, each in found.items()}
