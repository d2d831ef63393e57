"""Lineage as the log tells it: which events make which nodes and edges, at any position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidDefinitionError, NotFoundError
from featuretrail.domain.events import Event
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.rules import rule_facts
from tests.lineage.events import declared, feature, feature_set, retired, rule, run, snapshot
from tests.lineage.graphs import said

LOG: list[Event] = [
    feature("weather.temp"),
    feature("weather.wind"),
    feature("flights.delay"),
    feature("weather.chill", rule=rule("weather.temp@1.0.0", "weather.wind@1.0.0")),
    declared("weather.chill@1.0.0", "weather.temp@1.0.0", "weather.wind@1.0.0"),
    declared("weather.temp@1.0.0", "source noaa@2013", streaming_source="weather.live"),
    feature_set("late", "weather.temp@1.0.0", "weather.chill@1.0.0", label="flights.delay"),
    snapshot("late", "weather.temp@1.0.0", "weather.chill@1.0.0", label="flights.delay@1.0.0"),
    run("forest", "late@1.0.0"),
    declared(
        "weather.wind@1.0.0", outcome_tracking_version="gusts@2", lineage_quality_score=0.0
    ),
    feature("weather.temp", "1.1.0"),
    retired("weather.chill@1.0.0"),
    declared("weather.temp@1.0.0", "source metar", number=2),
    declared("weather.wind@1.0.0", "source metar", number=2, computation_rule="as it comes"),
]  # fmt: skip

TEMP = Node("feature", "weather.temp", "1.0.0")
CHILL = Node("feature", "weather.chill", "1.0.0")
WIND = Node("feature", "weather.wind", "1.0.0")
DELAY = Node("feature", "flights.delay", "1.0.0")
SET = Node("set", "late", "1.0.0")
SNAPSHOT = Node("snapshot", "late", "1.0.0")
RUN = Node("training_run", "forest", "1.0.0")


def at(position: int) -> Lineage:
    return Lineage().evolve(enumerate(LOG[:position], 1), position)


def test_a_feature_comes_from_its_parents_its_stream_and_its_source() -> None:
    graph = at(10).graph
    assert graph.parents(CHILL) == (TEMP, WIND)
    assert graph.parents(TEMP) == (Node("source", "noaa", "2013"), Node("stream", "weather.live"))
    assert graph.facts(CHILL).rule == "return temp - wind"
    assert (graph.facts(CHILL).position, graph.facts(CHILL).declared) == (4, 5)


def test_a_set_comes_from_its_features_and_its_label_and_is_judged_by_the_labels_outcome() -> None:
    graph = at(10).graph
    assert graph.parents(SET) == (TEMP, CHILL, DELAY)
    assert graph.children(SET) == (Node("outcome", "flights.delay", "1.0.0"), SNAPSHOT)


def test_a_snapshot_comes_from_its_set_and_features_and_a_run_from_its_snapshot() -> None:
    graph = at(10).graph
    assert graph.parents(SNAPSHOT) == (SET, TEMP, CHILL, DELAY)
    assert graph.parents(RUN) == (SNAPSHOT,)
    assert RUN in graph.downstream(WIND)


def test_a_feature_is_judged_by_the_outcomes_it_names_until_it_names_none() -> None:
    assert Node("outcome", "gusts", "2") in at(10).graph.children(WIND)
    assert Node("outcome", "gusts", "2") not in at(14).graph


def test_declaring_anew_replaces_and_the_past_stays_as_it_was() -> None:
    assert at(13).graph.parents(TEMP) == (Node("source", "metar"),)
    assert Node("source", "noaa", "2013") not in at(13).graph
    assert Node("source", "noaa", "2013") in at(12).graph
    assert at(14).graph.facts(WIND).rule == "as it comes"


def test_a_retired_feature_stays_as_a_tombstone_until_it_is_declared_again() -> None:
    assert at(11).graph.retired == frozenset()
    later = at(12)
    assert later.graph.retired == {CHILL}
    assert later.graph.parents(CHILL) == (TEMP, WIND)
    again = declared("weather.chill@1.0.0", "weather.temp@1.0.0", number=3)
    assert later.evolve([(13, again)], 13).graph.retired == frozenset()


def test_a_label_without_a_version_means_the_latest_when_the_set_was_defined() -> None:
    log = [*LOG[:3], feature("flights.delay", "2.0.0"), LOG[6]]
    graph = Lineage().evolve(enumerate(log, 1), 5).graph
    assert Node("feature", "flights.delay", "2.0.0") in graph.parents(SET)
    with pytest.raises(NotFoundError, match=r"flights\.delay"):
        Lineage().evolve([(1, LOG[6])], 1)


@given(st.lists(st.integers(0, len(LOG)), max_size=5))
def test_a_log_read_in_pieces_gives_the_lineage_of_the_whole(cuts: list[int]) -> None:
    lineage, start = Lineage(), 0
    for end in sorted([*cuts, len(LOG)]):
        before = said(lineage.graph)
        grown = lineage.evolve(enumerate(LOG[start:end], start + 1), end)
        assert said(lineage.graph) == before
        assert said(grown.graph) == said(at(end).graph)
        lineage, start = grown, end
    assert lineage.declared == at(len(LOG)).declared
    assert lineage.newest == at(len(LOG)).newest


def test_a_definition_without_a_rule_has_none() -> None:
    assert rule_facts({"name": "temp"}) is None
    assert rule_facts({"name": "temp", "rule": None}) is None


@pytest.mark.parametrize("broken", ["text", {}, {"source": "x"}, {"source": 1, "parents": []}])
def test_a_rule_that_lacks_its_source_or_its_parents_is_refused(broken: object) -> None:
    with pytest.raises(InvalidDefinitionError, match="source and parents"):
        rule_facts({"name": "temp", "rule": broken})
