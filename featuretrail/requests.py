"""What a caller asks for, resolved: positions, feature sets, references."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from featuretrail.domain.aggregates.feature_set import FeatureSetVersion
from featuretrail.domain.definitions import FeatureSet
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.moments import is_nat
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.positions import as_position, check_reached
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader

Features = FeatureSet | str | Sequence[str | FeatureReference]
"""A feature set, the name of a registered one, one reference to a feature, or several."""


class Requests:
    """Resolves requests against the log and the definitions in it."""

    def __init__(self, log: EventLog, registry: RegistryReader) -> None:
        self._log = log
        self._registry = registry

    def position(self, known_at: int | datetime | None) -> int | None:
        """Return the position that ``known_at``, a position or an aware datetime, names."""
        if known_at is None:
            return None
        if isinstance(known_at, datetime) and not is_nat(known_at):
            return self._log.position_at(known_at)
        position = as_position(known_at, "known_at", " or an aware datetime")
        check_reached(position, self._log.head().position)
        return position

    def registry(self, position: int | None) -> Registry:
        """Return the definitions as of ``position``, or today's."""
        return self._registry.current() if position is None else self._registry.at(position)

    def resolve(self, features: Features, registry: Registry) -> list[ResolvedFeature]:
        """Return the features that a set, its name, or references name."""
        references: Sequence[str | FeatureReference]
        if isinstance(features, FeatureSet) and features.name not in registry.sets:
            references = features.features
        elif isinstance(features, FeatureSet):
            references = _feature_set(features, registry).pinned
        elif isinstance(features, str) and "." in features.partition("@")[0]:
            references = [features]
        elif isinstance(features, str):
            references = _feature_set(features, registry).pinned
        elif isinstance(features, Iterable) and not isinstance(features, bytes):
            references = list(features)
        else:
            raise InvalidInputError(
                f"features is {features!r}; give a feature set, its name, or a list of references "
                "such as 'group.feature'"
            )
        return [registry.resolve(reference) for reference in references]

    def frozen_set(self, wanted: FeatureSet | str, position: int | None) -> FeatureSetVersion:
        """Return the set as of ``position``, or today's when it was not defined then."""
        try:
            return _feature_set(wanted, self.registry(position))
        except NotFoundError:
            return _feature_set(wanted, self._registry.current())


def _feature_set(wanted: FeatureSet | str, registry: Registry) -> FeatureSetVersion:
    if isinstance(wanted, FeatureSet):
        return registry.feature_set(wanted.name, wanted.version)
    if not isinstance(wanted, str):
        raise InvalidInputError(f"feature_set is {wanted!r}; give a FeatureSet or its name")
    name, at, version = wanted.partition("@")
    return registry.feature_set(name, Version.parse(version) if at else None)
