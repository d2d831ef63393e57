"""The lineage graph: closures, paths, cycles, and that a graph never changes."""

from itertools import pairwise

import pytest
from hypothesis import given

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.lineage.draft import Draft, graph_of
from featuretrail.domain.lineage.graph import Edge
from featuretrail.domain.lineage.node import Node, NodeFacts
from tests.lineage.graphs import NODES, acyclic, edge_lists, reached, said, turned

A, B, C, D, *_ = NODES


@given(edge_lists)
def test_closures_are_what_a_naive_search_finds(edges: list[Edge]) -> None:
    graph = graph_of(edges, NODES)
    for node in NODES:
        assert set(graph.downstream(node)) == reached(edges, node) - {node}
        assert set(graph.upstream(node)) == reached(turned(edges), node) - {node}
        assert set(graph.children(node)) == {below for above, below in edges if above == node}
        assert set(graph.parents(node)) == {above for above, below in edges if below == node}


@given(edge_lists)
def test_the_nearest_come_first_and_depth_cuts(edges: list[Edge]) -> None:
    graph = graph_of(edges, NODES)
    for node in NODES:
        distances = graph.distances(node)
        assert list(distances.values()) == sorted(distances.values())
        for depth in range(4):
            near = {each for each, away in distances.items() if away <= depth}
            assert set(graph.downstream(node, depth)) == near
        for each, away in distances.items():
            path = graph.path(node, each)
            assert (path[0], path[-1], len(path)) == (node, each, away + 1)
            assert set(pairwise(path)) <= set(graph.edges)


@given(acyclic(), edge_lists)
def test_a_cycle_is_found_exactly_when_new_edges_close_one(
    known: list[Edge], added: list[Edge]
) -> None:
    graph = graph_of(known, NODES)
    together = [*known, *added]
    closes = any(node in reached(together, node) for node in NODES)

    cycle = graph.cycle_with(added)

    assert bool(cycle) == closes
    if cycle:
        assert cycle[0] == cycle[-1]
        assert set(pairwise(cycle)) <= set(together)
        assert set(pairwise(cycle)) & set(added)


@given(edge_lists, edge_lists)
def test_a_draft_changes_its_copy_and_never_the_graph(
    known: list[Edge], changed: list[Edge]
) -> None:
    graph = graph_of(known, NODES)
    before = graph.to_dict()
    draft = Draft(graph)
    for child in NODES:
        draft.set_parents(child, [above for above, below in changed if below == child])

    assert said(draft.graph(7)) == said(graph_of(changed, NODES))
    assert graph.to_dict() == before


@given(edge_lists)
def test_a_subgraph_has_the_edges_between_its_nodes(edges: list[Edge]) -> None:
    kept = {A, B, C}
    graph = graph_of(edges, NODES).subgraph(kept)
    assert set(graph.nodes) == kept
    assert set(graph.edges) == {edge for edge in edges if kept.issuperset(edge)}


def test_a_node_that_is_its_own_ancestor_is_not_in_its_closure_twice() -> None:
    graph = graph_of([(A, B), (B, C), (C, A)])
    assert graph.downstream(A) == (B, C)
    assert graph.upstream(A) == (C, B)


def test_a_node_of_its_own_is_a_cycle_of_one() -> None:
    assert graph_of([]).cycle_with([(A, A)]) == (A, A)


def test_what_is_no_longer_named_is_gone() -> None:
    source = Node("source", "noaa")
    draft = Draft(graph_of([(source, A)], [A]))
    draft.set_parents(A, [])
    graph = draft.graph(2)
    assert graph.nodes == (A,)
    assert source not in graph
    with pytest.raises(NotFoundError, match="no source in the lineage 'noaa'"):
        graph.children(source)


def test_an_unknown_node_is_refused_with_near_names() -> None:
    graph = graph_of([(A, B)])
    with pytest.raises(NotFoundError, match=r"did you mean 'weather\.f\d@1\.0\.0'"):
        graph.upstream(Node("feature", "weather.f9", "1.0.0"))
    assert "weather.f0" not in graph


def test_tombstones_are_told() -> None:
    graph = graph_of([(A, B)], facts={A: NodeFacts(position=1, retired=True)})
    assert graph.retired == {A}
    assert graph.facts(A).to_dict()["retired"] is True
    assert "2 nodes, 1 edges" in repr(graph)
    assert "weather.f0" in graph._repr_html_()


@pytest.mark.parametrize(
    ("kind", "name", "version"),
    [("table", "noaa", None), ("source", "", None), ("feature", "a.b", None), ("set", "a\n", "1")],
)
def test_what_names_nothing_is_no_node(kind: str, name: str, version: str | None) -> None:
    with pytest.raises(InvalidInputError):
        Node(kind, name, version)  # type: ignore[arg-type]


def test_nodes_are_sorted_as_data_flows_and_versions_as_numbers() -> None:
    given = [
        Node("training_run", "late", "1.0.0"),
        Node("feature", "a.b", "1.10.0"),
        Node("feature", "a.b", "1.9.0"),
        Node("stream", "live", "spring"),
        Node("source", "noaa"),
    ]
    ordered = sorted(given, key=lambda node: node.rank)
    assert ordered == [given[4], given[3], given[2], given[1], given[0]]
    assert str(given[0]) == "training run late@1.0.0"
