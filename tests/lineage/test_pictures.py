"""Pictures of lineage: what shares a box, and what is written of it in each language."""

import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.lineage.draft import graph_of
from featuretrail.domain.lineage.graph import EMPTY, Edge, LineageGraph
from featuretrail.domain.lineage.node import KINDS, Node, NodeFacts
from featuretrail.domain.lineage.pictures.boxing import MANY, picture_of
from featuretrail.domain.lineage.pictures.colours import COLOURS
from featuretrail.domain.lineage.pictures.dot import dot
from featuretrail.domain.lineage.pictures.mermaid import mermaid
from featuretrail.domain.lineage.pictures.picture import Picture
from featuretrail.domain.lineage.pictures.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
NOAA, LIVE = Node("source", "noaa", "2013"), Node("stream", "live")
SET, SNAPSHOT = Node("set", "delay", "1.0.0"), Node("snapshot", "delay", "1.0.0")
MODEL, LATE = Node("training_run", "forest", "1.0.0"), Node("outcome", "late")
DRAWN = pytest.mark.parametrize("draw", [mermaid, dot, svg])


def feature(path: str, version: str = "1.0.0") -> Node:
    return Node("feature", path, version)


TEMP, WIND, CHILL = feature("weather.temp"), feature("weather.wind"), feature("comfort.chill")
KNOWN = {node: NodeFacts(position=1) for node in (TEMP, WIND, CHILL)}
STORY: list[Edge] = [
    (NOAA, TEMP),
    (NOAA, WIND),
    (LIVE, TEMP),
    (TEMP, CHILL),
    (WIND, CHILL),
    (CHILL, SET),
    (CHILL, SNAPSHOT),
    (SET, SNAPSHOT),
    (SET, LATE),
    (SNAPSHOT, MODEL),
]


def story(facts: dict[Node, NodeFacts] | None = None) -> LineageGraph:
    return graph_of(STORY, facts=KNOWN | (facts or {}), position=7)


def many(groups: int, features: int = 5) -> LineageGraph:
    """Groups that all come from one source, whose features make one set of many snapshots."""
    nodes = [feature(f"g{group}.f{each}") for group in range(groups) for each in range(features)]
    edges = [(NOAA, node) for node in nodes] + [(node, SET) for node in nodes[::3]]
    edges += [(SET, Node("snapshot", "delay", f"1.{each}.0")) for each in range(12)]
    return graph_of(edges, facts={node: NodeFacts(position=1) for node in nodes})


def titles(picture: Picture) -> list[tuple[str, str]]:
    return [(box.title, box.note) for box in picture.boxes]


def parsed(text: str) -> Xml.Element:
    return Xml.fromstring(text)  # noqa: S314 - our own, just made


def test_a_group_is_a_box_that_lists_its_features() -> None:
    picture = picture_of(story())
    [weather] = [box for box in picture.boxes if box.title == "weather"]
    assert [row.label for row in weather.rows] == ["temp 1.0.0", "wind 1.0.0"]
    assert len(picture.boxes) == 8
    assert picture.title == "Lineage at position 7 of the log"
    assert "9 things in 8 boxes" in picture.description


def test_a_snapshot_takes_the_features_of_its_set_through_the_set() -> None:
    picture = picture_of(story())
    ends = [
        (picture.boxes[arrow.parent[0]].word, picture.boxes[arrow.child[0]].word)
        for arrow in picture.arrows
    ]
    assert ("set", "snapshot") in ends
    assert ("feature group", "snapshot") not in ends
    alone = picture_of(graph_of([(CHILL, SNAPSHOT)]))
    assert len(alone.arrows) == 1  # nothing else says it


def test_many_things_are_told_by_their_number_unless_asked_otherwise() -> None:
    graph = many(9)
    assert len(graph) > MANY
    whole = picture_of(graph, "features")
    assert sum(len(box.rows) for box in whole.boxes) == 45
    picture = picture_of(graph)
    assert picture == picture_of(graph, "groups")
    assert ("g0", "5 features") in titles(picture)
    assert ("delay", "12 versions, newest 1.11.0") in titles(picture)
    assert {arrow.count for arrow in picture.arrows} >= {5, 12}


def test_twins_share_a_box_where_there_are_too_many() -> None:
    picture = picture_of(many(60), "groups")
    assert ("g0 and 59 more", "300 features") in titles(picture)
    assert len(picture.boxes) == 4


def test_versions_are_counted_apart_from_names() -> None:
    temps = [feature("weather.temp"), feature("weather.temp", "2.0.0"), WIND]
    retired = {
        temps[0]: NodeFacts(position=1, retired=True),
        temps[1]: NodeFacts(position=1),
        WIND: NodeFacts(),
    }
    graph = graph_of([(NOAA, each) for each in temps], facts=retired)
    assert titles(picture_of(graph, "groups"))[1] == (
        "weather",
        "2 features, 3 versions, 1 retired, 1 not defined",
    )
    rows = picture_of(graph, "features").boxes[1].rows
    assert [(row.label, row.state) for row in rows] == [
        ("temp 1.0.0", "retired"),
        ("temp 2.0.0", ""),
        ("wind 1.0.0", "not defined here"),
    ]


def test_a_group_that_comes_from_itself_is_divided() -> None:
    back = feature("weather.back")
    round_trip = graph_of([(TEMP, CHILL), (CHILL, back), (WIND, CHILL)])
    for detail in ("features", "groups"):
        boxes = [box.title for box in picture_of(round_trip, detail).boxes]
        assert sorted(boxes) == ["comfort", "weather", "weather"]
    chain = graph_of([(TEMP, WIND)])
    assert len(picture_of(chain, "features").boxes) == 2
    assert len(picture_of(chain, "groups").boxes) == 1


def test_an_unknown_detail_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'auto', 'features', 'groups'"):
        picture_of(EMPTY, "all")


@DRAWN
def test_a_picture_of_nothing_is_one(draw: Callable[[Picture], str]) -> None:
    assert draw(picture_of(EMPTY))


@DRAWN
@given(order=st.permutations(STORY))
def test_the_same_lineage_gives_the_same_bytes(
    draw: Callable[[Picture], str], order: Sequence[Edge]
) -> None:
    again = graph_of(order, facts=KNOWN, position=7)
    assert draw(picture_of(again)) == draw(picture_of(story()))


@DRAWN
def test_every_thing_is_named(draw: Callable[[Picture], str]) -> None:
    text = draw(picture_of(story()))
    for name in ("noaa@2013", "live", "temp 1.0.0", "delay@1.0.0", "forest@1.0.0", "late"):
        assert name in text


def test_a_mermaid_flowchart_tells_kinds_by_shape() -> None:
    text = mermaid(picture_of(story({WIND: NodeFacts(position=1, retired=True)})))
    assert text.startswith(
        "---\ntitle: Lineage at position 7 of the log\n---\nflowchart LR\n"
        '  b0[("source<br/>noaa@2013")]:::source\n'
        '  b1[/"stream<br/>live"/]:::stream\n'
    )
    assert '  subgraph b3["feature group weather"]\n    b3r0["temp 1.0.0"]:::feature\n' in text
    assert '    b3r1["wind 1.0.0, retired"]:::feature\n  end\n' in text
    assert "  b0 --> b3r0\n" in text
    assert text.endswith("  classDef ended stroke-dasharray:5 4\n  class b3r1 ended\n")
    assert "-->|12|" in mermaid(picture_of(many(9)))


def test_a_dot_graph_has_a_port_for_each_feature() -> None:
    text = dot(picture_of(story({WIND: NodeFacts(position=1, retired=True)})))
    assert '<TR><TD ALIGN="LEFT" PORT="r0">temp 1.0.0</TD></TR>' in text
    assert "<S>wind 1.0.0</S> retired" in text
    assert "  b0 -> b3:r0:w;\n" in text
    assert '[label="12", penwidth=1.6]' in dot(picture_of(many(9)))


def test_an_svg_needs_nothing_else_and_speaks_to_those_who_do_not_see() -> None:
    text = svg(picture_of(story()))
    root = parsed(text)
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root if each.get("id")}
    assert root.get("aria-labelledby") == "lineage-title lineage-description"
    assert named["lineage-title"] == "Lineage at position 7 of the log"
    assert "1 training run" in str(named["lineage-description"])
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"(?:href|src|url)\W+http", text) == []
    tips = [each.text for each in root.iter(f"{SVG}title")]
    assert "feature weather.temp@1.0.0 → feature comfort.chill@1.0.0" in tips


def test_the_style_of_an_svg_stays_in_it() -> None:
    style = parsed(svg(picture_of(story()))).find(f"{SVG}style")
    assert style is not None
    selectors = re.findall(r"^ +([^@{}\n]*?) \{", str(style.text), re.MULTILINE)
    assert len(selectors) > 20
    assert all(
        part.strip().startswith(".lineage") for each in selectors for part in each.split(",")
    )


HOSTILE = [
    'a"]; click b0 href "javascript:alert(1)"',
    "<script>alert(1)</script>",
    "</svg> & <b>",
    "`md` **bold** #35; end",
    '\\N \\" --> b0',
    "風速 ünïcode 😀",
    "a" * 500,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_never_taken_for_markup(name: str) -> None:
    source = Node("source", name)
    picture = picture_of(graph_of([(source, TEMP)]))

    root = parsed(svg(picture))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "desc", "style", "marker", "path", "rect", "g", "text")
    }
    assert f"source {name}" in [each.text for each in root.iter(f"{SVG}title")]
    [line] = [each for each in mermaid(picture).splitlines() if each.endswith(":::source")]
    [inner] = re.findall(r'^  b0\[\("source<br/>(.*)"\)\]:::source$', line)
    assert not set(inner) & set('"<>`*[](){}|\\')
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), inner) == name
    [label] = re.findall(r"^  b0 \[label=<(.*)>\];$", dot(picture), re.MULTILINE)
    assert f"<B>{name}</B>" in label or parsed(label).findtext(".//B") == name


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_each_kind_has_a_colour_that_shows_on_white_and_on_black() -> None:
    assert set(COLOURS) == set(KINDS)
    for colour in COLOURS.values():
        light = luminance(colour)
        assert 1.05 / (light + 0.05) >= 3
        assert (light + 0.05) / 0.05 >= 3
