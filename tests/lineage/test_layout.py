"""The layout of pictures: nothing overlaps, all arrows lead to the right."""

from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.lettering import clipped, columns
from featuretrail.domain.lineage.draft import graph_of
from featuretrail.domain.lineage.graph import Edge
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.pictures.boxing import picture_of
from featuretrail.domain.lineage.pictures.layout import layout
from featuretrail.domain.lineage.pictures.ordering import Bond, ordered
from featuretrail.domain.lineage.pictures.placing import rising
from featuretrail.domain.lineage.pictures.ranks import components, ranks
from tests.lineage.graphs import reached

FEATURES = [Node("feature", f"g{number % 4}.f{number}", "1.0.0") for number in range(12)]


@st.composite
def acyclic(draw: st.DrawFn) -> list[Edge]:
    pairs = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])
    return [(FEATURES[a], FEATURES[b]) for a, b in draw(st.lists(pairs, max_size=25))]


@given(edges=acyclic(), detail=st.sampled_from(["features", "groups"]))
def test_nothing_overlaps_and_all_arrows_lead_to_the_right(edges: list[Edge], detail: str) -> None:
    graph = graph_of(edges, FEATURES)
    picture = picture_of(graph, detail)
    drawn = layout(picture)

    assert sorted(each.label for box in picture.boxes for each in box.nodes) == sorted(
        each.label for each in FEATURES
    )
    for one, other in combinations(drawn.boxes, 2):
        assert (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
    for curve in drawn.curves:
        across = [x for x, _ in curve.points]
        assert across == sorted(across)
        assert across[0] < across[-1]
    for placed in drawn.boxes:
        assert placed.x >= 0
        assert placed.y >= 0
        assert placed.x + placed.width <= drawn.width
        assert placed.y + placed.height <= drawn.height


@given(edges=acyclic(), detail=st.sampled_from(["features", "groups"]))
def test_arrows_are_the_edges_between_boxes(edges: list[Edge], detail: str) -> None:
    picture = picture_of(graph_of(edges, FEATURES), detail)
    box = {node: number for number, each in enumerate(picture.boxes) for node in each.nodes}
    between = [edge for edge in set(edges) if box[edge[0]] != box[edge[1]]]
    assert sum(arrow.count for arrow in picture.arrows) == len(between)
    assert {(arrow.parent[0], arrow.child[0]) for arrow in picture.arrows} == {
        (box[above], box[below]) for above, below in between
    }


@given(edges=acyclic())
def test_what_comes_from_something_stands_behind_it(edges: list[Edge]) -> None:
    links = [(FEATURES.index(above), FEATURES.index(below)) for above, below in edges]
    found = ranks(len(FEATURES), links)
    assert all(found[above] < found[below] for above, below in links)
    assert all(
        rank == 0 or any(found[above] == rank - 1 for above, under in links if under == number)
        for number, rank in enumerate(found)
    )


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=15))
def test_components_are_what_reaches_one_another(links: list[tuple[int, int]]) -> None:
    nodes = FEATURES[:7]
    edges = [(nodes[above], nodes[below]) for above, below in links]
    found = components(7, links)
    for one, other in product(range(7), repeat=2):
        both = nodes[other] in reached(edges, nodes[one]) and nodes[one] in reached(
            edges, nodes[other]
        )
        assert (found[one] == found[other]) == (one == other or both)
    assert len(ranks(7, links)) == 7  # ends, whatever the cycles


def test_an_order_without_crossings_is_found() -> None:
    layers = [[0, 1, 2], [3, 4, 5]]
    bonds = [Bond(0, 5), Bond(1, 4), Bond(2, 3)]
    assert ordered(layers, bonds) == [[0, 1, 2], [5, 4, 3]]
    rows = [Bond(0, 1, 0.9), Bond(0, 2, 0.1)]  # of one box, the lower row leads to the upper item
    assert ordered([[0], [1, 2]], rows)[1] in ([1, 2], [2, 1])


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 9)), max_size=8))
def test_rising_is_the_nearest_rising_sequence(pairs: list[tuple[float, float]]) -> None:
    wanted, weights = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = rising(wanted, weights)
    assert all(one <= other for one, other in pairwise(found))

    def cost(values: list[float]) -> float:
        return sum(
            weight * (value - want) ** 2
            for value, want, weight in zip(values, wanted, weights, strict=True)
        )

    for shift in (-1.0, 1.0):
        for at in range(len(found)):
            moved = [value + shift * (number >= at) for number, value in enumerate(found)]
            if all(one <= other for one, other in pairwise(moved)):
                assert cost(moved) >= cost(found) - 1e-6


def test_a_picture_that_cannot_be_read_is_refused_at_once() -> None:
    chain = [Node("feature", f"g{number}.f", "1.0.0") for number in range(300)]
    edges = [*pairwise(chain), *combinations(chain[::2], 2)]
    with pytest.raises(InvalidInputError, match="name a feature"):
        layout(picture_of(graph_of(edges), "features"))


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Mn", "Zs")), max_size=60))
def test_clipped_text_fits_and_keeps_both_ends(text: str) -> None:
    plain = text.replace("…", "")
    short = clipped(plain, 20)
    head, dots, tail = short.partition("…")
    assert columns(short) <= 20
    assert bool(dots) == (columns(plain) > 20)
    assert plain.startswith(head)
    assert plain.endswith(tail)
