"""Graphs for the tests of lineage, and slow answers to hold the quick ones to."""

from collections.abc import Iterable

from hypothesis import strategies as st

from featuretrail.domain.lineage.graph import Edge, LineageGraph
from featuretrail.domain.lineage.node import Node

NODES = [Node("feature", f"weather.f{number}", "1.0.0") for number in range(8)]
edges = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES))
edge_lists = st.lists(edges, max_size=14)


@st.composite
def acyclic(draw: st.DrawFn) -> list[Edge]:
    """Edges that all lead from an earlier node to a later one."""
    return [
        (above, below)
        for above, below in draw(edge_lists)
        if NODES.index(above) < NODES.index(below)
    ]


def reached(known: Iterable[Edge], start: Node) -> set[Node]:
    """All that can be reached from ``start`` by at least one edge: a naive fixed point."""
    listed = list(known)
    found: set[Node] = set()
    while more := {
        below for above, below in listed if above in {start, *found} and below not in found
    }:
        found |= more
    return found


def turned(known: Iterable[Edge]) -> list[Edge]:
    return [(below, above) for above, below in known]


def said(graph: LineageGraph) -> dict[str, object]:
    """What a graph says, wherever in the log it was drawn."""
    return graph.to_dict() | {"position": None}
