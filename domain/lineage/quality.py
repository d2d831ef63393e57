"""The quality of a lineage: which parents are known, versioned, alive and consistent."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.node import NOTHING, Node
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.results import Result

WEIGHTS = {"known": 40, "versioned": 20, "alive": 20, "consistent": 20}
"""What each item counts for, of 100."""


@frozen
class ParentQuality(Result):
    """What holds of one parent; ``None`` is what cannot hold of its kind; ``reasons`` what fails.

    * ``known``: declared, and, if it is a feature, defined here. Of a source or a stream, which are
      not ours, nothing but its name can be known.
    * ``versioned``: a version is named. A stream has none: the log says what came by it.
    * ``alive``: not retired.
    * ``consistent``: the rule in the definition and the declaration agree on it (where there is a
      rule, and it is a feature), and nothing it comes from is unknown or retired.
    """

    parent: Node
    known: bool
    versioned: bool | None
    alive: bool
    consistent: bool
    reasons: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The weight of what holds, in percent of the weight of what can hold."""
        held = {item: getattr(self, item) for item in WEIGHTS}
        possible = sum(WEIGHTS[item] for item, holds in held.items() if holds is not None)
        return 100 * sum(WEIGHTS[item] for item, holds in held.items() if holds) / possible

    def to_dict(self) -> dict[str, Any]:
        """Return the parent and its items as a JSON object."""
        return {
            "parent": str(self.parent),
            **{item: getattr(self, item) for item in WEIGHTS},
            "score": self.score,
            "reasons": list(self.reasons),
        }


@frozen
class LineageQuality(Result):
    """The score of a lineage, 0 to 100: the mean of its parents' scores; 0 without a parent.

    Of a feature whose lineage was never declared there is none.
    """

    feature: Node
    parents: tuple[ParentQuality, ...]
    declared: bool = True
    score: float | None = field(init=False)

    @score.default
    def _mean(self) -> float | None:
        if not self.declared:
            return None
        scores = [each.score for each in self.parents]
        return round(sum(scores) / len(scores), 2) if scores else 0.0

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the score is not 100."""
        if not self.declared:
            return ("not evaluated: no lineage is declared",)
        if not self.parents:
            return ("no parent is declared",)
        return tuple(reason for each in self.parents for reason in each.reasons)

    def to_dict(self) -> dict[str, Any]:
        """Return the score with its items as a JSON object."""
        return {
            "feature": self.feature.label,
            "score": self.score,
            "reasons": list(self.reasons),
            "parents": [each.to_dict() for each in self.parents],
        }


def lineage_quality(
    graph: LineageGraph, feature: Node, parents: Iterable[Node] | None = None
) -> LineageQuality:
    """Return the quality of the lineage that ``graph`` holds, or of ``parents`` instead of it."""
    facts = graph.facts(feature) if feature in graph else NOTHING
    if parents is None and facts.declared is None:
        return LineageQuality(feature, (), declared=False)
    declared = graph.parents(feature) if parents is None else tuple(parents)
    reads = facts.reads
    judge = _Judge(graph, declared, None if reads is None else _pinned(reads, declared))
    left_out = [node for node in judge.reads or () if node not in declared]
    return LineageQuality(feature, tuple(judge.parent(node) for node in (*declared, *left_out)))


def _pinned(reads: Iterable[FeatureReference], declared: Sequence[Node]) -> tuple[Node, ...]:
    """Return what a rule reads; what it reads without a version is what is declared of that."""
    found: list[Node] = []
    for reference in reads:
        if reference.version is None:
            found += [node for node in declared if node.name == reference.path]
        else:
            found.append(Node.feature(reference))
    return tuple(found)


@frozen
class _Judge:
    graph: LineageGraph
    declared: Sequence[Node]
    reads: Sequence[Node] | None
    _broken: frozenset[Node] = field(init=False)
    _doubtful: frozenset[Node] = field(init=False)

    @_broken.default
    def _find_broken(self) -> frozenset[Node]:
        return self.graph.unknown | self.graph.retired

    @_doubtful.default
    def _find_doubtful(self) -> frozenset[Node]:
        return self.graph.downstream_of(self._broken) if self._broken else frozenset()

    def parent(self, node: Node) -> ParentQuality:
        facts = self.graph.facts(node) if node in self.graph else NOTHING
        defined = node.kind != "feature" or facts.position is not None
        reasons = [
            *([] if defined else [f"{node} is not defined here"]),
            *([f"{node} names no version"] if self._unversioned(node) else []),
            *([f"{node} is retired"] if facts.retired else []),
        ]
        disagreements = self._disagreements(node)
        return ParentQuality(
            parent=node,
            known=defined and node in self.declared,
            versioned=None if node.kind == "stream" else not self._unversioned(node),
            alive=not facts.retired,
            consistent=not disagreements,
            reasons=(*reasons, *disagreements),
        )

    def _unversioned(self, node: Node) -> bool:
        return node.kind == "source" and node.version is None

    def _disagreements(self, node: Node) -> list[str]:
        found = []
        if node not in self.declared:
            found.append(f"the rule reads {node}, which the declaration leaves out")
        elif node.kind == "feature" and self.reads is not None and node not in self.reads:
            found.append(f"{node} is declared, but the rule does not read it")
        if node in self._doubtful:
            origin = self.graph.nearest_above(node, self._broken)
            state = "retired" if origin in self.graph.retired else "not defined here"
            found.append(f"{node} comes from {origin}, which is {state}")
        return found
