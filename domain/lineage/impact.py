"""Impact: what a change of a feature, a source or a stream would touch."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.node import Node, NodeKind
from featuretrail.domain.results import Result


@frozen
class Affected(Result):
    """A thing that comes from what changes: ``distance`` steps away, last by ``via``."""

    node: Node
    via: Node
    distance: int
    retired: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the thing as a JSON object."""
        return {
            "name": self.node.name,
            "version": self.node.version,
            "via": str(self.via),
            "distance": self.distance,
            "retired": self.retired,
        }


@frozen(repr=False)
class Impact(Result):
    """All that comes from ``changed`` as of ``position``, by kind, the nearest first.

    Tombstones are among it, marked as retired: they may still be read where a set pins them.
    """

    changed: tuple[Node, ...]
    position: int
    affected: tuple[Affected, ...] = field(repr=False)

    @property
    def features(self) -> tuple[Affected, ...]:
        """The features computed from what changes."""
        return self._of("feature")

    @property
    def sets(self) -> tuple[Affected, ...]:
        """The feature sets that select any of these."""
        return self._of("set")

    @property
    def snapshots(self) -> tuple[Affected, ...]:
        """The snapshots that hold values of any of these; they stay as they are."""
        return self._of("snapshot")

    @property
    def models(self) -> tuple[Affected, ...]:
        """The models trained on these snapshots."""
        return self._of("training_run")

    @property
    def outcomes(self) -> tuple[Affected, ...]:
        """The outcomes by which any of these is judged."""
        return self._of("outcome")

    def path(self, node: Node) -> tuple[Node, ...]:
        """Return the way from what changes to ``node``, both included; empty if there is none."""
        via = {each.node: each.via for each in self.affected}
        way = [node]
        while way[-1] in via:
            way.append(via[way[-1]])
        return tuple(reversed(way)) if way[-1] in self.changed else ()

    def to_dict(self) -> dict[str, Any]:
        """Return the impact as a JSON object."""
        return {
            "changed": [str(node) for node in self.changed],
            "position": self.position,
            "features": _dicts(self.features),
            "sets": _dicts(self.sets),
            "snapshots": _dicts(self.snapshots),
            "models": _dicts(self.models),
            "outcomes": _dicts(self.outcomes),
        }

    def __repr__(self) -> str:
        changed = ", ".join(map(str, self.changed))
        return f"Impact({changed} at {self.position}: {self.summary})"

    @property
    def summary(self) -> str:
        """How many of each kind, as a phrase."""
        kinds: tuple[tuple[str, Sequence[Affected]], ...] = (
            ("feature", self.features),
            ("set", self.sets),
            ("snapshot", self.snapshots),
            ("model", self.models),
            ("outcome", self.outcomes),
        )
        found = [f"{len(each)} {name}{'s' * (len(each) > 1)}" for name, each in kinds if each]
        return ", ".join(found) or "nothing"

    def _of(self, kind: NodeKind) -> tuple[Affected, ...]:
        return tuple(each for each in self.affected if each.node.kind == kind)


def impact_of(graph: LineageGraph, changed: Iterable[Node]) -> Impact:
    """Return what ``graph`` says comes from ``changed``, which are no part of it themselves."""
    nodes = tuple(dict.fromkeys(changed))
    retired = graph.retired
    affected = tuple(
        Affected(node, via, away, node in retired)
        for node, (via, away) in graph.steps(nodes).items()
    )
    return Impact(nodes, graph.position, affected)


def _dicts(affected: Iterable[Affected]) -> list[dict[str, Any]]:
    return [each.to_dict() for each in affected]
