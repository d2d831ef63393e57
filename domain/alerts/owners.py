"""Whose a thing is: the owner and the tags that rules and routes go by."""

from attrs import frozen

from featuretrail.domain.alerts.occurrence import Occurrence
from featuretrail.domain.registry import Registry


@frozen
class Owned:
    """The owner of a thing, if it has one, and its tags."""

    owner: str | None = None
    tags: frozenset[str] = frozenset()


def owned(occurrence: Occurrence, registry: Registry) -> Owned:
    """Return whose the subject of ``occurrence`` is: a feature's own owner, else its group's."""
    path = occurrence.feature
    if path is not None and path in registry.features:
        feature = registry.features[path].latest.definition
        group = registry.groups[path.partition(".")[0]].latest
        owner = group.owner if feature.owner is None else feature.owner
        return Owned(owner, frozenset({*feature.tags, *group.tags}))
    if occurrence.name in registry.sets:
        found = registry.sets[occurrence.name].latest.definition
        return Owned(found.owner, frozenset(found.tags))
    return Owned()
