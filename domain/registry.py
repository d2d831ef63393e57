"""What is defined at a position: every group, feature and set, folded from definition events."""

from collections.abc import Iterable, Mapping
from typing import Self

from attrs import evolve, frozen

from featuretrail.domain.aggregates.feature import FeatureAggregate, FeatureVersion
from featuretrail.domain.aggregates.feature_set import FeatureSetAggregate, FeatureSetVersion
from featuretrail.domain.aggregates.group import GroupAggregate
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events.base import Event
from featuretrail.domain.events.definitions import FeatureDefined, FeatureSetDefined, GroupDefined
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.versions import Version


@frozen
class ResolvedFeature:
    """A reference with what it stands for: the group as defined now, the version, its column."""

    group: FeatureGroup
    version: FeatureVersion

    @property
    def reference(self) -> FeatureReference:
        """The pinned reference."""
        return FeatureReference(self.group.name, self.name, self.version.version)

    @property
    def name(self) -> str:
        """The feature's name, without its group."""
        return self.version.definition.name

    @property
    def dtype(self) -> str:
        """The type of the version's values."""
        return self.version.definition.dtype

    @property
    def column(self) -> str:
        """The column of the group's table that holds the version's values."""
        return self.version.column


@frozen
class Registry:
    """All definitions at ``position``; an immutable value, made by ``evolve``."""

    position: int = 0
    groups: Mapping[str, GroupAggregate] = {}
    features: Mapping[str, FeatureAggregate] = {}
    sets: Mapping[str, FeatureSetAggregate] = {}

    def evolve(self, events: Iterable[Event], position: int) -> Self:
        """Return the registry after ``events`` (in log order), as of ``position``."""
        groups, features, sets = dict(self.groups), dict(self.features), dict(self.sets)
        for event in events:
            match event:
                case GroupDefined(name=name):
                    group = groups.get(name) or GroupAggregate.initial(name)
                    groups[name] = group.evolve(event)
                case FeatureDefined(group=group_name, name=name):
                    path = f"{group_name}.{name}"
                    feature = features.get(path) or FeatureAggregate.initial(group_name, name)
                    features[path] = feature.evolve(event)
                case FeatureSetDefined(name=name):
                    feature_set = sets.get(name) or FeatureSetAggregate.initial(name)
                    sets[name] = feature_set.evolve(event)
        return evolve(self, position=position, groups=groups, features=features, sets=sets)

    def group(self, name: str) -> FeatureGroup:
        """Return the latest definition of group ``name``, without features."""
        if not isinstance(name, str) or name not in self.groups:
            raise NotFoundError("feature group", name, sorted(self.groups))
        return self.groups[name].latest

    def features_of(self, group: str) -> tuple[ResolvedFeature, ...]:
        """Return the latest version of each feature of ``group``, in order of definition."""
        definition = self.group(group)
        return tuple(
            ResolvedFeature(definition, feature.latest)
            for feature in self.features.values()
            if feature.group == group
        )

    def resolve(self, reference: str | FeatureReference) -> ResolvedFeature:
        """Return what ``reference`` stands for; raise ``NotFoundError`` naming what is near."""
        wanted = FeatureReference.parse(reference)
        group = self.group(wanted.group)
        feature = self.features.get(wanted.path)
        if feature is None:
            near = sorted(p for p, f in self.features.items() if f.group == wanted.group)
            raise NotFoundError("feature", wanted.path, near)
        return ResolvedFeature(group, _version(feature, wanted.version))

    def feature_set(self, name: str, version: Version | None = None) -> FeatureSetVersion:
        """Return a version of the feature set ``name``, by default the latest."""
        if name not in self.sets:
            raise NotFoundError("feature set", name, sorted(self.sets))
        versions = {known.version: known for known in self.sets[name].versions}
        wanted = max(versions) if version is None else version
        if wanted not in versions:
            raise NotFoundError(
                "feature set version", f"{name}@{wanted}", [f"{name}@{v}" for v in versions]
            )
        return versions[wanted]


def _version(feature: FeatureAggregate, wanted: Version | None) -> FeatureVersion:
    if wanted is None:
        return feature.latest
    for version in feature.versions:
        if version.version == wanted:
            return version
    path = f"{feature.group}.{feature.name}"
    raise NotFoundError(
        "feature version", f"{path}@{wanted}", [f"{path}@{v.version}" for v in feature.versions]
    )
