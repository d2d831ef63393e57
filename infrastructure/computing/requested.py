"""Which features a caller wants computed."""

from collections.abc import Iterator, Sequence

from featuretrail.domain.definitions import FeatureGroup, FeatureSet
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.inputs import shown
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry, ResolvedFeature

Wanted = str | FeatureReference | FeatureGroup | FeatureSet
Requested = Wanted | Sequence[Wanted]
"""Groups and sets (all their features with rules), their names, references to features; several."""


def requested(registry: Registry, given: Requested) -> list[ResolvedFeature]:
    """Return the features that ``given`` names, each once, all of them with rules.

    Raises ``NotFoundError``, and ``InvalidInputError`` for what has no rule.
    """
    items: Sequence[object]
    if isinstance(given, str | FeatureReference | FeatureGroup | FeatureSet):
        items = [given]
    elif isinstance(given, Sequence) and not isinstance(given, bytes):
        items = given
    else:
        raise InvalidInputError(
            f"features is {shown(given)}; give groups, sets, their names or references to features"
        )
    found = {item.reference: item for each in items for item in _one(registry, each)}
    if not found:
        raise InvalidInputError("no feature is asked for; name at least one")
    return list(found.values())


def _one(registry: Registry, item: object) -> Iterator[ResolvedFeature]:
    if isinstance(item, FeatureReference) or (
        isinstance(item, str) and "." in item.partition("@")[0]
    ):
        feature = registry.resolve(item)
        if feature.version.definition.rule is None:
            raise InvalidInputError(
                f"{str(feature.reference)!r} has no rule: its values are ingested, not computed"
            )
        yield feature
        return
    name = item.name if isinstance(item, FeatureGroup | FeatureSet) else item
    with_rules = [
        feature
        for feature in _all_of(registry, name, is_set=isinstance(item, FeatureSet))
        if feature.version.definition.rule is not None
    ]
    if not with_rules:
        raise InvalidInputError(f"no feature of {name!r} has a rule, so none is computed")
    yield from with_rules


def _all_of(registry: Registry, name: object, *, is_set: bool) -> list[ResolvedFeature]:
    if not isinstance(name, str):
        raise InvalidInputError(f"{shown(name)} is no group, set or feature; give its name")
    if name in registry.groups and not is_set:
        return list(registry.features_of(name))
    if name in registry.sets:
        return [registry.resolve(pinned) for pinned in registry.feature_set(name).pinned]
    raise NotFoundError("group or set", name, sorted({*registry.groups, *registry.sets}))
