"""The quality of a lineage by its formula, parent by parent and item by item."""

import pytest
from hypothesis import given

from featuretrail.domain.events import Event
from featuretrail.domain.lineage.cost import Measured, complexity_of, estimate_cost
from featuretrail.domain.lineage.draft import graph_of
from featuretrail.domain.lineage.finding import find_node, find_versions
from featuretrail.domain.lineage.graph import Edge, LineageGraph
from featuretrail.domain.lineage.impact import impact_of
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.quality import lineage_quality
from featuretrail.domain.names import FeatureReference
from tests.lineage.events import declared, feature, feature_set, retired, rule, snapshot
from tests.lineage.graphs import NODES, edge_lists

FEELS = Node("feature", "w.feels", "1.0.0")
DEFINED = [feature("w.temp"), feature("w.wind"), feature("w.feels"), feature("w.mood")]


def folded(*events: Event) -> LineageGraph:
    return Lineage().evolve(enumerate(events, 1), len(events)).graph


def test_a_lineage_whose_parents_are_known_versioned_alive_and_consistent_scores_100() -> None:
    graph = folded(*DEFINED, declared("w.feels@1.0.0", "w.temp@1.0.0", "source noaa@2013"))
    found = lineage_quality(graph, FEELS)
    assert (found.score, found.reasons) == (100.0, ())
    assert [each.score for each in found.parents] == [100.0, 100.0]


@pytest.mark.parametrize(
    ("events", "score", "reason"),
    [
        ([declared("w.feels@1.0.0")], 0.0, "no parent is declared"),
        (
            [declared("w.feels@1.0.0", "source noaa")],
            80.0,
            "source noaa names no version",
        ),
        ([declared("w.feels@1.0.0", "stream live")], 100.0, None),
        (
            [declared("w.feels@1.0.0", "w.gone@1.0.0")],
            60.0,
            "feature w.gone@1.0.0 is not defined here",
        ),
        (
            [
                declared("w.feels@1.0.0", "w.temp@1.0.0"),
                declared("w.temp@1.0.0"),
                retired("w.temp@1.0.0"),
            ],
            80.0,
            "feature w.temp@1.0.0 is retired",
        ),
        (
            [declared("w.feels@1.0.0", "w.temp@1.0.0"), declared("w.temp@1.0.0", "w.gone@1.0.0")],
            80.0,
            "feature w.temp@1.0.0 comes from feature w.gone@1.0.0, which is not defined here",
        ),
    ],
)
def test_what_fails_costs_its_weight_and_is_named(
    events: list[Event], score: float, reason: str | None
) -> None:
    found = lineage_quality(folded(*DEFINED, *events), FEELS)
    assert found.score == score
    assert found.reasons == (() if reason is None else (reason,))


def test_the_score_is_the_mean_of_the_parents() -> None:
    graph = folded(*DEFINED, declared("w.feels@1.0.0", "w.temp@1.0.0", "source noaa"))
    assert lineage_quality(graph, FEELS).score == (100 + 80) / 2


def test_what_a_declaration_says_against_the_rule_is_counted_against_it() -> None:
    ruled = feature("w.feels", rule=rule("w.temp@1.0.0"))
    graph = folded(*DEFINED[:2], ruled, declared("w.feels@1.0.0", "w.wind@1.0.0", "source x@1"))
    found = lineage_quality(graph, FEELS)
    assert found.reasons == (
        "feature w.wind@1.0.0 is declared, but the rule does not read it",
        "the rule reads feature w.temp@1.0.0, which the declaration leaves out",
    )
    assert found.score == round((80 + 100 + 40) / 3, 2)


def test_a_rule_that_reads_the_latest_agrees_with_the_version_declared() -> None:
    ruled = feature("w.feels", rule=rule("w.temp"))
    graph = folded(*DEFINED[:2], ruled, declared("w.feels@1.0.0", "w.temp@1.0.0"))
    assert lineage_quality(graph, FEELS).score == 100.0


def test_a_feature_whose_lineage_was_never_declared_has_no_score() -> None:
    for graph in (graph_of([]), folded(*DEFINED)):
        found = lineage_quality(graph, FEELS)
        assert found.score is None
        assert found.to_dict()["reasons"] == ["not evaluated: no lineage is declared"]
    assert lineage_quality(graph_of([]), FEELS, []).score == 0.0


@pytest.mark.parametrize(
    ("measured", "estimated", "context"),
    [
        ([], None, None),
        ([("training", 5.0)] * 2, None, None),
        ([("training", 5.0)] * 2 + [("inference", 1.0)] * 3, 1.0, "inference"),
        ([("training", 5.0)] * 3 + [("inference", 1.0)] * 90, 5.0, "training"),
        ([("training", 1.0)] * 100 + [("training", 9.0)] * 500, 1.0, "training"),
    ],
)
def test_a_cost_is_the_median_of_the_newest_measurements_of_one_context(
    measured: list[tuple[str, float]], estimated: float | None, context: str | None
) -> None:
    found = estimate_cost([(None, *each) for each in measured])
    assert (found.estimated_ms, found.context) == (estimated, context)
    assert found.complexity == (None if estimated is None else complexity_of(estimated))
    assert found.to_dict()["reason"].startswith("median" if estimated else "not evaluated")


COMPUTED: list[Measured] = [("compute", "training", 50.0)]
RETRIEVED: list[Measured] = [("retrieve", "training", 2.0), ("freeze", "training", 2.0)]
UNTOLD: list[Measured] = [(None, "training", 20.0)]


@pytest.mark.parametrize(
    ("measured", "by_rule", "estimated", "reason"),
    [
        (RETRIEVED * 50 + UNTOLD * 9 + COMPUTED * 3, True, 50.0, "3 measurements of computing in"),
        (COMPUTED * 2 + RETRIEVED * 9 + UNTOLD * 3, True, 20.0, "3 measurements in training that"),
        (COMPUTED * 2 + RETRIEVED * 9 + UNTOLD, True, None, "2 measurements of computing this"),
        (RETRIEVED * 9 + COMPUTED * 3, False, 50.0, "3 measurements of computing in training"),
        (RETRIEVED * 2, False, 2.0, "median of 4 measurements in training"),
    ],
)
def test_reading_a_feature_says_nothing_of_what_its_rule_costs(
    measured: list[Measured], by_rule: bool, estimated: float | None, reason: str
) -> None:
    found = estimate_cost(measured, by_rule=by_rule)
    assert found.estimated_ms == estimated
    assert reason in found.reason


@given(edge_lists)
def test_an_impact_is_the_closure_and_its_paths_lead_there(edges: list[Edge]) -> None:
    graph = graph_of(edges, NODES)
    changed = NODES[:2]
    found = impact_of(graph, changed)
    assert {each.node for each in found.affected} == graph.downstream_of(changed) - {*changed}
    for each in found.affected:
        path = found.path(each.node)
        assert (path[0] in changed, path[-1], len(path)) == (True, each.node, each.distance + 1)


@given(edge_lists)
def test_the_nearest_of_several_above_is_one_that_is_above(edges: list[Edge]) -> None:
    graph = graph_of(edges, NODES)
    for node in NODES:
        nearest = graph.nearest_above(node, NODES[:3])
        above = {*graph.upstream(node)} & {*NODES[:3]} - {node}
        assert nearest in above if above else nearest is None


def test_a_thing_is_found_by_what_people_call_it() -> None:
    graph = folded(
        *DEFINED,
        feature("w.temp", "1.10.0"),
        feature("w.temp", "1.9.0"),
        declared("w.feels@1.0.0", "source noaa@2013", "source noaa"),
        feature_set("late", "w.temp@1.0.0"),
        snapshot("late", "w.temp@1.0.0"),
    )
    names = {
        "w.temp": "feature w.temp@1.10.0",
        "w.temp@1.0.0": "feature w.temp@1.0.0",
        "feature w.feels": "feature w.feels@1.0.0",
        "late": "set late@1.0.0",
        "late@1.0.0": "snapshot late@1.0.0",
        "set late@1.0.0": "set late@1.0.0",
        "source noaa": "source noaa",
        "source noaa@2013": "source noaa@2013",
    }
    assert {name: str(find_node(graph, name)) for name in names} == names
    assert find_node(graph, FeatureReference.parse("w.feels@1.0.0")) == FEELS
    assert find_node(graph, FEELS) == FEELS
    assert [node.version for node in find_versions(graph, "w.temp")] == ["1.0.0", "1.9.0", "1.10.0"]
