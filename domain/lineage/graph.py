"""The lineage graph: parents, children, closures, paths, cycles."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import field, frozen

from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.lineage.node import NOTHING, Node, NodeFacts
from featuretrail.domain.results import Result

Edge = tuple[Node, Node]
"""A parent and its child."""

Neighbours = Callable[[int], Iterable[int]]


@frozen(eq=False, repr=False)
class LineageGraph(Result):
    """What comes from what, at ``position`` of the log: an immutable value, made by ``Draft``.

    Nodes are numbered inside, so that closures of ten thousand of them take milliseconds. Asking
    for a node that is not in the graph raises ``NotFoundError`` with near names.
    """

    position: int = 0
    _numbers: Mapping[Node, int] = field(factory=dict, alias="numbers")
    _nodes: Sequence[Node] = field(default=(), alias="nodes")
    _above: Sequence[Collection[int]] = field(default=(), alias="above")
    _below: Sequence[Collection[int]] = field(default=(), alias="below")
    _facts: Sequence[NodeFacts] = field(default=(), alias="facts")

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes, in the order in which the log first named them."""
        return tuple(node for number, node in enumerate(self._nodes) if self._present(number))

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges, each a parent and its child."""
        return tuple(
            (self._nodes[above], self._nodes[number])
            for number, parents in enumerate(self._above)
            for above in parents
        )

    @property
    def unknown(self) -> frozenset[Node]:
        """The features that others name, but that no event defines."""
        return frozenset(
            self._nodes[number]
            for number, facts in enumerate(self._facts)
            if facts.position is None
            and self._nodes[number].kind == "feature"
            and self._present(number)
        )

    @property
    def retired(self) -> frozenset[Node]:
        """The nodes that are tombstones."""
        return frozenset(
            node for node, facts in zip(self._nodes, self._facts, strict=True) if facts.retired
        )

    def __contains__(self, node: object) -> bool:
        number = self._numbers.get(node) if isinstance(node, Node) else None
        return number is not None and self._present(number)

    def __len__(self) -> int:
        return len(self.nodes)

    def facts(self, node: Node) -> NodeFacts:
        """Return what the log says of ``node``."""
        return self._facts[self._number(node)]

    def parents(self, node: Node) -> tuple[Node, ...]:
        """Return what ``node`` is made from, in the order it was declared."""
        return self._named(self._above[self._number(node)])

    def children(self, node: Node) -> tuple[Node, ...]:
        """Return what is made from ``node``, oldest first."""
        return self._named(self._below[self._number(node)])

    def upstream(self, node: Node, depth: int | None = None) -> tuple[Node, ...]:
        """Return all that ``node`` comes from, nearest first, at most ``depth`` steps away."""
        return tuple(self.distances(node, depth, up=True))

    def downstream(self, node: Node, depth: int | None = None) -> tuple[Node, ...]:
        """Return all that comes from ``node``, nearest first, at most ``depth`` steps away."""
        return tuple(self.distances(node, depth))

    def distances(
        self, node: Node, depth: int | None = None, *, up: bool = False
    ) -> dict[Node, int]:
        """Return the closure below ``node`` (above it: ``up``), each with its steps away."""
        beside = self._above if up else self._below
        start = self._number(node)
        found, steps = {start: 0}, 0
        edge: Collection[int] = (start,)
        while edge and (depth is None or steps < depth):
            steps += 1
            # a dict keeps the order in which nodes are met
            edge = dict.fromkeys(
                each for number in edge for each in beside[number] if each not in found
            )
            found |= dict.fromkeys(edge, steps)
        del found[start]
        nodes = self._nodes
        return {nodes[number]: away for number, away in found.items()}

    def downstream_of(self, nodes: Iterable[Node]) -> frozenset[Node]:
        """Return all that comes from any of ``nodes``; one of them, if it comes from another."""
        edge = {each for node in nodes for each in self._below[self._number(node)]}
        found = set(edge)
        while edge:
            edge = {each for number in edge for each in self._below[number]} - found
            found |= edge
        return frozenset(self._named(found))

    def steps(self, nodes: Iterable[Node]) -> dict[Node, tuple[Node, int]]:
        """Return the closure below ``nodes``, nearest first: what each was met from, steps away."""
        found: dict[int, tuple[int, int]] = {self._number(node): (-1, 0) for node in nodes}
        starts = len(found)
        waiting = deque(found)
        while waiting:
            number = waiting.popleft()
            away = found[number][1] + 1
            for each in self._below[number]:
                if each not in found:
                    found[each] = number, away
                    waiting.append(each)
        met = islice(found.items(), starts, None)
        names = self._nodes
        return {names[each]: (names[number], away) for each, (number, away) in met}

    def nearest_above(self, node: Node, among: Iterable[Node]) -> Node | None:
        """Return the nearest of ``among`` that ``node`` comes from, ``None`` if it does not."""
        start = self._number(node)
        ends = {self._number(each) for each in among} - {start}
        way = _way(start, ends, self._above.__getitem__)
        return self._nodes[way[-1]] if way else None

    def path(self, start: Node, end: Node) -> tuple[Node, ...]:
        """Return a shortest way down from ``start`` to ``end``, both included; empty if none."""
        first = self._number(start)
        way = _way(first, {self._number(end)}, self._below.__getitem__)
        return self._named(way)

    def cycle_with(self, edges: Iterable[Edge]) -> tuple[Node, ...]:
        """Return the cycle that adding ``edges`` would close, its first node again at its end.

        Empty when there would be none. Nodes that the graph lacks may be among the edges.
        """
        numbers = dict(self._numbers)
        added: dict[int, list[int]] = {}
        wanted: dict[int, set[int]] = {}
        for edge in edges:
            above, below = (numbers.setdefault(node, len(numbers)) for node in edge)
            added.setdefault(above, []).append(below)
            wanted.setdefault(below, set()).add(above)

        def beside(number: int) -> Iterator[int]:
            if number < len(self._below):
                yield from self._below[number]
            yield from added.get(number, ())

        for child, parents in wanted.items():
            way = _way(child, parents, beside)
            if way:
                names = list(numbers)
                return tuple(names[number] for number in (*way, child))
        return ()

    def subgraph(self, nodes: Iterable[Node]) -> "LineageGraph":
        """Return the graph of ``nodes`` alone, with the edges between them."""
        kept = list(dict.fromkeys(self._number(node) for node in nodes))
        new = {number: place for place, number in enumerate(kept)}

        def beside(neighbours: Sequence[Collection[int]]) -> list[Collection[int]]:
            return [
                tuple(new[each] for each in neighbours[number] if each in new) for number in kept
            ]

        names = [self._nodes[number] for number in kept]
        return LineageGraph(
            position=self.position,
            numbers={node: place for place, node in enumerate(names)},
            nodes=names,
            above=beside(self._above),
            below=beside(self._below),
            facts=[self._facts[number] for number in kept],
        )

    def to_dict(self) -> dict[str, Any]:
        """Return nodes with their facts, and edges by the nodes' labels, as a JSON object."""
        ordered = sorted(self.nodes, key=lambda node: node.rank)
        edges = sorted(self.edges, key=lambda edge: (edge[0].rank, edge[1].rank))
        return {
            "position": self.position,
            "nodes": [node.to_dict() | self.facts(node).to_dict() for node in ordered],
            "edges": [{"parent": str(above), "child": str(below)} for above, below in edges],
        }

    def __repr__(self) -> str:
        return f"LineageGraph(position={self.position}, {len(self)} nodes, {len(self.edges)} edges)"

    def _present(self, number: int) -> bool:
        """Tell whether a node is one still: what was only named, and no longer is, is gone."""
        return bool(
            self._above[number] or self._below[number] or self._facts[number] is not NOTHING
        )

    def _number(self, node: Node) -> int:
        number = self._numbers.get(node)
        if number is None or not self._present(number):
            alike = [each.label for each in self.nodes if each.kind == node.kind]
            raise NotFoundError(f"{node.kind.replace('_', ' ')} in the lineage", node.label, alike)
        return number

    def _named(self, numbers: Iterable[int]) -> tuple[Node, ...]:
        return tuple(self._nodes[number] for number in numbers)


EMPTY = LineageGraph()


def _way(start: int, ends: Collection[int], beside: Neighbours) -> tuple[int, ...]:
    """Return a shortest way from ``start`` to one of ``ends``, empty if there is none."""
    came_from: dict[int, int] = {start: -1}
    waiting = deque([start])
    while waiting:
        number = waiting.popleft()
        if number in ends:
            way = [number]
            while (number := came_from[number]) >= 0:
                way.append(number)
            return tuple(reversed(way))
        for each in beside(number):
            if each not in came_from:
                came_from[each] = number
                waiting.append(each)
    return ()
