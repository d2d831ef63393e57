"""Gathering what is known of a feature at a moment of the store."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from attrs import evolve, frozen

from featuretrail.documentation.moments import StoreMoment
from featuretrail.documentation.values import ReadValues, ValueReader
from featuretrail.domain.aggregates.feature import FeatureVersion
from featuretrail.domain.definitions import Feature
from featuretrail.domain.documentation.changes import feature_changes
from featuretrail.domain.documentation.chronicle import BaselineTold, ConsistencyTold, SnapshotTold
from featuretrail.domain.documentation.facts import FeatureFacts
from featuretrail.domain.lineage.feature_lineage import FeatureLineage
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.incident import Incident
from featuretrail.domain.registry import ResolvedFeature

RECENT = 20
"""Checks of consistency that a feature's documentation tells, the newest."""


@frozen(eq=False)
class Gatherer:
    """Makes the facts of features at one moment."""

    at: StoreMoment

    def facts(self, feature: ResolvedFeature) -> FeatureFacts:
        """Return what the log says of a feature; its values are not read."""
        path = feature.reference.path
        chronicle = self.at.chronicle
        alike = self._alike(feature)
        snapshots = _of(self._snapshots, alike)
        quality = [
            each
            for each in chronicle.quality.get(path, ())
            if each.event.version is None or f"{path}@{each.event.version}" in alike
        ]
        return FeatureFacts(
            feature=feature.reference,
            definition=feature.version.definition,
            group=feature.group,
            versions=tuple(str(each.version) for each in self._versions(path)),
            earlier=self._earlier(feature),
            changes=feature_changes(chronicle, path),
            lineage=self._lineage(feature.reference),
            parents=self._parents(feature.reference),
            sets=tuple(name for each in alike for name in self._sets.get(each, ())),
            snapshots=tuple(each.snapshot_id for each in snapshots),
            quality=quality[-1] if quality else None,
            baselines=_of(self._baselines, alike),
            incidents=self._incidents(path, alike),
            consistency=self._consistency([each.snapshot_id for each in snapshots]),
        )

    def with_values(self, facts: FeatureFacts, read: ReadValues) -> FeatureFacts:
        """Return ``facts`` with what was read of the values."""
        return evolve(facts, values=read.facts, example=read.example, absent=read.absent)

    def _alike(self, feature: ResolvedFeature) -> tuple[str, ...]:
        """Return the pinned references of the versions whose values are this version's, too."""
        return tuple(
            str(feature.reference.pinned(each.version))
            for each in self._versions(feature.reference.path)
            if each.column == feature.column
        )

    def _versions(self, path: str) -> tuple[FeatureVersion, ...]:
        return self.at.registry.features[path].versions

    def _earlier(self, feature: ResolvedFeature) -> Feature | None:
        before = None
        for each in self._versions(feature.reference.path):
            if each.version == feature.reference.version:
                return before
            before = each.definition
        return None

    def _lineage(self, feature: FeatureReference) -> FeatureLineage | None:
        graph = self.at.lineage.graph
        return (
            FeatureLineage.of(self.at.lineage, feature) if Node.feature(feature) in graph else None
        )

    def _parents(self, feature: FeatureReference) -> dict[str, bool]:
        """Tell of each feature that a feature comes from whether it is described."""
        graph, node = self.at.lineage.graph, Node.feature(feature)
        if node not in graph:
            return {}
        return {
            each.label: self._described(each.name, each.version)
            for each in graph.parents(node)
            if each.kind == "feature"
        }

    def _described(self, path: str, version: str | None) -> bool:
        known = self.at.registry.features.get(path)
        return known is not None and any(
            bool(each.definition.description.strip())
            for each in known.versions
            if str(each.version) == version
        )

    @cached_property
    def _sets(self) -> dict[str, tuple[str, ...]]:
        """The versions of sets that hold each version of a feature."""
        found: dict[str, list[str]] = {}
        for name, known in sorted(self.at.registry.sets.items()):
            for version in known.versions:
                for pinned in version.pinned:
                    found.setdefault(str(pinned), []).append(f"{name}@{version.version}")
        return {reference: tuple(each) for reference, each in found.items()}

    @cached_property
    def _snapshots(self) -> dict[str, list[SnapshotTold]]:
        return _by_reference(self.at.chronicle.snapshots.values())

    @cached_property
    def _baselines(self) -> dict[str, list[BaselineTold]]:
        return _by_reference(self.at.chronicle.baselines.values())

    def _incidents(self, path: str, alike: Collection[str]) -> tuple[Incident, ...]:
        found = (each.told() for each in self.at.chronicle.incidents_of.get(path, ()))
        return tuple(
            each for each in found if each.version is None or f"{path}@{each.version}" in alike
        )

    def _consistency(self, snapshots: list[str]) -> tuple[ConsistencyTold, ...]:
        found = [
            each
            for snapshot in snapshots
            for each in self.at.chronicle.consistency.get(snapshot, ())
        ]
        return tuple(sorted(found, key=lambda each: each.position)[-RECENT:])


_T = TypeVar("_T", SnapshotTold, BaselineTold)


def _by_reference(things: Iterable[_T]) -> dict[str, list[_T]]:
    """Return the things that hold each version of a feature."""
    found: dict[str, list[_T]] = {}
    for thing in things:
        for each in thing.event.features:
            found.setdefault(each["reference"], []).append(thing)
    return found


def _of(found: Mapping[str, list[_T]], references: Iterable[str]) -> tuple[_T, ...]:
    """Return what holds one of ``references``, oldest first."""
    told = [thing for each in references for thing in found.get(each, ())]
    return tuple(sorted(told, key=lambda each: each.position))


def read_facts(
    at: StoreMoment, reader: ValueReader, feature: ResolvedFeature
) -> tuple[FeatureFacts, ReadValues]:
    """Return everything that is known of one feature, and its newest values."""
    gatherer = Gatherer(at)
    path = feature.reference.path
    read = reader.read(at, feature.group.name, [feature])[path]
    return gatherer.with_values(gatherer.facts(feature), read), read
