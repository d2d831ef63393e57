"""What is computed together: features of one group whose values belong to the same rows.

The rows of a rule's feature are those at which one of its parents was written. A parent of the same
group with the same rows is handed on in memory; every other one is read as the store knows it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Self

from attrs import field, frozen

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.rules import Rule

Place = tuple[str, str]
"""A group and a column of its table: where values are, whichever version describes them."""

Clock = Callable[[ResolvedFeature], Hashable]
"""Tells for a feature that is read which batches wrote it: equal for equal ones of a group."""


def place(feature: ResolvedFeature) -> Place:
    """Return where the values of ``feature`` are."""
    return feature.group.name, feature.column


def rule_of(feature: ResolvedFeature) -> Rule:
    """Return the rule of a feature that has one."""
    rule = feature.version.definition.rule
    assert rule is not None, feature.reference  # noqa: S101 - callers ask for features with rules
    return rule


def writing(registry: Registry, feature: ResolvedFeature) -> ResolvedFeature:
    """Return the version that writes the column of ``feature``: the latest that has it."""
    versions = registry.features[feature.reference.path].versions
    latest = [version for version in versions if version.column == feature.column][-1]
    return ResolvedFeature(feature.group, latest)


@frozen(eq=False)
class Unit:
    """Features of one group that are computed in one go, parents before children.

    ``sources`` are what is read: parents that are not of the unit. ``parents`` maps the place of a
    feature to its parents, in order.
    """

    group: FeatureGroup
    features: tuple[ResolvedFeature, ...]
    sources: tuple[ResolvedFeature, ...]
    parents: Mapping[Place, tuple[ResolvedFeature, ...]] = field(repr=False)

    @property
    def name(self) -> str:
        """The unit as people read it, such as ``trend: mean_6h, change_24h``."""
        return f"{self.group.name}: {', '.join(feature.name for feature in self.features)}"

    def own(self, parent: ResolvedFeature) -> bool:
        """Tell whether ``parent`` is computed by the unit itself."""
        return place(parent) in self.parents

    def reach(self) -> int | None:
        """Return how far before a row, in microseconds, the unit reads (``None``: all of it)."""
        reaches: dict[Place, int | None] = {}
        for feature in self.features:
            before = [reaches.get(place(p), 0) for p in self.parents[place(feature)]]
            reaches[place(feature)] = _sum(rule_of(feature).history_microseconds, before)
        return (
            None if None in reaches.values() else max(r for r in reaches.values() if r is not None)
        )

    def sources_by_feature(self) -> dict[Place, frozenset[Place]]:
        """Return the places that each feature depends on, also through others of the unit."""
        found: dict[Place, frozenset[Place]] = {}
        for feature in self.features:
            parents = self.parents[place(feature)]
            read = {place(parent) for parent in parents if not self.own(parent)}
            handed = (found[place(parent)] for parent in parents if self.own(parent))
            found[place(feature)] = frozenset(read).union(*handed)
        return found


def _sum(history: int | None, before: Sequence[int | None]) -> int | None:
    known = [reach for reach in before if reach is not None]
    return None if history is None or len(known) < len(before) else history + max(known, default=0)


@frozen(eq=False)
class _Closure:
    """The wanted features and all features with rules that they are computed from, by place."""

    registry: Registry
    members: dict[Place, ResolvedFeature]

    @classmethod
    def of(cls, registry: Registry, wanted: Iterable[ResolvedFeature]) -> Self:
        """Gather ``wanted`` and what they need, each behind its parents."""
        closure = cls(registry, {})
        waiting = [writing(registry, feature) for feature in wanted][::-1]
        while waiting:
            feature = waiting[-1]
            missing = [
                parent
                for parent in closure.parents(feature)
                if parent.version.definition.rule is not None
                and place(parent) not in closure.members
            ]
            if missing:
                waiting += reversed(missing)
            else:
                closure.members.setdefault(place(feature), waiting.pop())
        return closure

    def parents(self, feature: ResolvedFeature) -> tuple[ResolvedFeature, ...]:
        registry = self.registry
        return tuple(writing(registry, registry.resolve(p)) for p in rule_of(feature).parents)


def units(registry: Registry, wanted: Iterable[ResolvedFeature], clock: Clock) -> list[Unit]:
    """Return the units that compute ``wanted`` and all features with rules that these need.

    In topological order: a unit comes after those that compute its sources.
    """
    closure = _Closure.of(registry, wanted)
    rows: dict[Place, frozenset[Hashable]] = {}
    for feature in closure.members.values():
        rows[place(feature)] = _rows(closure, feature, rows, clock)
    gathered: dict[Hashable, list[ResolvedFeature]] = {}
    for feature in closure.members.values():
        gathered.setdefault((feature.group.name, rows[place(feature)]), []).append(feature)
    made = [_unit(closure, members) for members in gathered.values()]
    return list(_sources_first(made))


def _rows(
    closure: _Closure,
    feature: ResolvedFeature,
    rows: Mapping[Place, frozenset[Hashable]],
    clock: Clock,
) -> frozenset[Hashable]:
    """Return what stands for the rows of ``feature``: those of all parents, or parents as such."""
    siblings: list[ResolvedFeature] = []
    others: list[ResolvedFeature] = []
    for parent in closure.parents(feature):
        computed = place(parent) in closure.members and parent.group.name == feature.group.name
        (siblings if computed else others).append(parent)
    read = frozenset(_read(closure, parent, clock) for parent in others)
    joined = read.union(*(rows[place(parent)] for parent in siblings))
    if all(rows[place(parent)] == joined for parent in siblings):
        return joined
    return read | {_read(closure, parent, clock) for parent in siblings}


def _read(closure: _Closure, parent: ResolvedFeature, clock: Clock) -> Hashable:
    """Return what stands for the rows of a parent that is read."""
    if place(parent) in closure.members:  # its batches are yet to come
        return place(parent)
    return parent.group.name, clock(parent)


def _unit(closure: _Closure, members: Sequence[ResolvedFeature]) -> Unit:
    places = {place(member) for member in members}
    parents = {place(member): closure.parents(member) for member in members}
    sources = {
        place(parent): parent
        for each in parents.values()
        for parent in each
        if place(parent) not in places
    }
    return Unit(members[0].group, tuple(members), tuple(sources.values()), parents)


def dependencies(made: Sequence[Unit]) -> list[set[int]]:
    """Return for each unit the numbers of those that compute its sources."""
    owner = {place(feature): n for n, unit in enumerate(made) for feature in unit.features}
    return [
        {owner[place(source)] for source in unit.sources if place(source) in owner} for unit in made
    ]


def _sources_first(made: Sequence[Unit]) -> Iterator[Unit]:
    sorter = TopologicalSorter(dict(enumerate(dependencies(made))))
    yield from (made[number] for number in sorter.static_order())
