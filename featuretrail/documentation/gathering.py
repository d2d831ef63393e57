"""Gathering what is known of a feature at a moment of the store."""

from functools import cached_property

from attrs import evolve, frozen

from featuretrail.documentation.moments import StoreMoment
from featuretrail.documentation.values import ReadValues, ValueReader
from featuretrail.domain.aggregates.feature import FeatureVersion
from featuretrail.domain.definitions import Feature
from featuretrail.domain.documentation.changes import feature_changes
from featuretrail.domain.documentation.chronicle import ConsistencyTold
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
        snapshots = chronicle.snapshots_of.get(path, ())
        quality = chronicle.quality.get(path, ())
        return FeatureFacts(
            feature=feature.reference,
            definition=feature.version.definition,
            group=feature.group,
            versions=tuple(str(each.version) for each in self._versions(path)),
            earlier=self._earlier(feature),
            changes=feature_changes(chronicle, path),
            lineage=self._lineage(feature.reference),
            parents=self._parents(feature.reference),
            sets=self._sets.get(path, ()),
            snapshots=tuple(each.snapshot_id for each in snapshots),
            quality=quality[-1] if quality else None,
            baselines=chronicle.baselines_of.get(path, ()),
            incidents=self._incidents(path),
            consistency=self._consistency([each.snapshot_id for each in snapshots]),
        )

    def with_values(self, facts: FeatureFacts, read: ReadValues) -> FeatureFacts:
        """Return ``facts`` with what was read of the values."""
        return evolve(facts, values=read.facts, example=read.example, absent=read.absent)

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
        """The versions of sets that hold each feature."""
        found: dict[str, list[str]] = {}
        for name, known in sorted(self.at.registry.sets.items()):
            for version in known.versions:
                for pinned in version.pinned:
                    found.setdefault(pinned.path, []).append(f"{name}@{version.version}")
        return {path: tuple(each) for path, each in found.items()}

    def _incidents(self, path: str) -> tuple[Incident, ...]:
        return tuple(each.told() for each in self.at.chronicle.incidents_of.get(path, ()))

    def _consistency(self, snapshots: list[str]) -> tuple[ConsistencyTold, ...]:
        found = [
            each
            for snapshot in snapshots
            for each in self.at.chronicle.consistency.get(snapshot, ())
        ]
        return tuple(sorted(found, key=lambda each: each.position)[-RECENT:])


def read_facts(
    at: StoreMoment, reader: ValueReader, feature: ResolvedFeature
) -> tuple[FeatureFacts, ReadValues]:
    """Return everything that is known of one feature, and its newest values."""
    gatherer = Gatherer(at)
    path = feature.reference.path
    read = reader.read(at, feature.group.name, [feature])[path]
    return gatherer.with_values(gatherer.facts(feature), read), read
