"""A graph being drawn: what the events between two positions change."""

from collections.abc import Iterable, Mapping

from featuretrail.domain.lineage.graph import Edge, LineageGraph
from featuretrail.domain.lineage.node import NOTHING, Node, NodeFacts

Neighbours = dict[int, None]
"""The numbers of nodes, in order; a dict, so that removing one costs no more than adding it."""


class Draft:
    """A copy of a graph that can be changed, and becomes a graph again.

    What is changed is copied first, so ``graph`` stays as it is.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self._numbers = dict(graph._numbers)
        self._nodes = list(graph._nodes)
        self._above = list(graph._above)
        self._below = list(graph._below)
        self._facts = list(graph._facts)
        self._own_above: dict[int, Neighbours] = {}
        self._own_below: dict[int, Neighbours] = {}

    def state(self, node: Node, facts: NodeFacts) -> None:
        """Say what is known of ``node`` from here on."""
        self._facts[self._number(node)] = facts

    def known(self, node: Node) -> NodeFacts:
        """Return what is known of ``node``: nothing, if it is new."""
        number = self._numbers.get(node)
        return NOTHING if number is None else self._facts[number]

    def set_parents(self, child: Node, parents: Iterable[Node]) -> None:
        """Make ``parents`` all that ``child`` comes from."""
        number = self._number(child)
        for parent in tuple(self._parents(number)):
            del self._children(parent)[number]
        self._parents(number).clear()
        for node in parents:
            self._link(self._number(node), number)

    def set_outcomes(self, parent: Node, outcomes: Iterable[Node]) -> None:
        """Make ``outcomes`` all the outcomes that judge ``parent``."""
        number = self._number(parent)
        for child in tuple(self._children(number)):
            if self._nodes[child].kind == "outcome":
                del self._children(number)[child]
                del self._parents(child)[number]
        for node in outcomes:
            self._link(number, self._number(node))

    def add(self, parent: Node, child: Node) -> None:
        """Add one edge; a second time changes nothing."""
        self._link(self._number(parent), self._number(child))

    def graph(self, position: int) -> LineageGraph:
        """Return the graph as of ``position``; the draft must not be used any more."""
        for number, neighbours in self._own_above.items():
            self._above[number] = neighbours
        for number, neighbours in self._own_below.items():
            self._below[number] = neighbours
        return LineageGraph(
            position, self._numbers, self._nodes, self._above, self._below, self._facts
        )

    def _number(self, node: Node) -> int:
        number = self._numbers.get(node)
        if number is None:
            number = self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
            self._facts.append(NOTHING)
            self._above.append(())
            self._below.append(())
        return number

    def _parents(self, number: int) -> Neighbours:
        if number not in self._own_above:
            self._own_above[number] = dict.fromkeys(self._above[number])
        return self._own_above[number]

    def _children(self, number: int) -> Neighbours:
        if number not in self._own_below:
            self._own_below[number] = dict.fromkeys(self._below[number])
        return self._own_below[number]

    def _link(self, parent: int, child: int) -> None:
        self._parents(child)[parent] = None
        self._children(parent)[child] = None


def graph_of(
    edges: Iterable[Edge],
    nodes: Iterable[Node] = (),
    facts: Mapping[Node, NodeFacts] | None = None,
    position: int = 0,
) -> LineageGraph:
    """Return the graph of ``edges`` (each a parent and its child) and of what is said of nodes.

    >>> source, temp = Node("source", "noaa"), Node("feature", "weather.temp", "1.0.0")
    >>> [str(node) for node in graph_of([(source, temp)]).upstream(temp)]
    ['source noaa']
    """
    draft = Draft(LineageGraph())
    for node in nodes:
        draft.state(node, NodeFacts(position=position))
    for parent, child in edges:
        draft.add(parent, child)
    for node, said in (facts or {}).items():
        draft.state(node, said)
    return draft.graph(position)
