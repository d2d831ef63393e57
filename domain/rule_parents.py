"""What the parents of rules stand for when rules are registered: versions, entities, no cycles."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from attrs import evolve

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.rules import Rule, same_rule


def refuse_circles(groups: Iterable[FeatureGroup]) -> None:
    """Raise ``InvalidDefinitionError`` if rules of features defined together form a circle."""
    parents = {f"{g.name}.{f.name}": _parents(f.rule) for g in groups for f in g.features}
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        raise InvalidDefinitionError(_circle(error.args[1])) from None


def parents_first(group: FeatureGroup) -> list[Feature]:
    """Return the features of ``group``, those that rules of the same group read before these.

    Others stay where they are; to be asked after ``refuse_circles``.
    """
    by_path = {f"{group.name}.{feature.name}": feature for feature in group.features}
    ordered: dict[str, Feature] = {}
    waiting = list(reversed(by_path))
    while waiting:
        path = waiting[-1]
        parents = [p for p in _parents(by_path[path].rule) if p in by_path and p not in ordered]
        if parents:
            waiting += reversed(parents)
        else:
            ordered.setdefault(path, by_path[waiting.pop()])
    return list(ordered.values())


def _parents(rule: Rule | None) -> list[str]:
    return [] if rule is None else [parent.path for parent in rule.parents]


def _circle(path: Sequence[str]) -> str:
    return (
        f"rules go round in a circle: {' -> '.join(path)} (each is computed from the one before); "
        "a feature cannot be computed from its own values"
    )


def pinned(registry: Registry, owner: FeatureGroup, definition: Feature) -> Feature:
    """Return ``definition`` with a version for each parent of its rule.

    A rule that is registered already in this version keeps the versions it has; parents without
    one get their latest. Raises ``NotFoundError`` for an unknown parent, and
    ``InvalidDefinitionError`` for one that describes other entities.
    """
    rule = definition.rule
    if rule is None:
        return definition
    registered = _registered(registry, owner, definition)
    if registered is not None and same_rule(registered, rule):
        return evolve(definition, rule=rule.pinned(registered.parents))
    resolved = [registry.resolve(parent) for parent in rule.parents]
    for parent in resolved:
        if dict(parent.group.keys) != dict(owner.keys):
            raise InvalidDefinitionError(
                f"the rule of '{owner.name}.{definition.name}' reads {parent.reference.path!r}, "
                f"whose entities have the keys {_keys(parent.group)}; a group with the keys "
                f"{_keys(owner)} is computed from features of the same keys"
            )
    return evolve(definition, rule=rule.pinned(parent.reference for parent in resolved))


def _registered(registry: Registry, owner: FeatureGroup, definition: Feature) -> Rule | None:
    known = registry.features.get(f"{owner.name}.{definition.name}")
    versions = () if known is None else known.versions
    return next((v.definition.rule for v in versions if v.version == definition.version), None)


def _keys(group: FeatureGroup) -> str:
    return ", ".join(f"{name} {dtype}" for name, dtype in group.keys.items())


def check_no_circle(registry: Registry, reference: FeatureReference) -> None:
    """Raise ``InvalidDefinitionError`` if values of ``reference`` (registered) feed their own rule.

    Versions that share a column share their values, so a circle through an older version counts.
    """
    start = registry.resolve(reference)
    child_of: dict[tuple[str, str], ResolvedFeature] = {}
    waiting = [start]
    while waiting:
        feature = waiting.pop()
        rule = feature.version.definition.rule
        for parent in () if rule is None else rule.parents:
            resolved = registry.resolve(parent)
            if _place(resolved) in child_of:
                continue
            child_of[_place(resolved)] = feature
            if _place(resolved) == _place(start):
                raise InvalidDefinitionError(_circle(_way(resolved, start, child_of)))
            waiting.append(resolved)


def _way(
    first: ResolvedFeature,
    last: ResolvedFeature,
    child_of: dict[tuple[str, str], ResolvedFeature],
) -> list[str]:
    """Return the references from a feature through its children to ``last``."""
    way = [str(first.reference)]
    feature = child_of[_place(first)]
    while feature.reference != last.reference:
        way.append(str(feature.reference))
        feature = child_of[_place(feature)]
    return [*way, str(last.reference)]


def _place(feature: ResolvedFeature) -> tuple[str, str]:
    return feature.group.name, feature.column
