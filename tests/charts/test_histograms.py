"""Histograms and categories: what is counted, and where it is drawn."""

from collections.abc import Callable
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featuretrail.domain.charts.categories import MOST, Categories, categories
from featuretrail.domain.charts.categories_svg import categories_svg
from featuretrail.domain.charts.clock import microseconds
from featuretrail.domain.charts.histogram import MOST_BINS, Histogram, Shares, histogram
from featuretrail.domain.charts.histogram_svg import histogram_svg
from featuretrail.domain.charts.sparks import histogram_spark
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.lettering import columns
from tests.charts.drawn import (
    DAY_ONE,
    SVG,
    boxes,
    carriers,
    classes,
    parsed,
    temperatures,
    texts,
)

COUNTS = st.integers(0, 1_000_000)
DRAWN = pytest.mark.parametrize("draw", [histogram_svg, histogram_spark])
Draw = Callable[[Histogram], str]


@st.composite
def histograms(draw: st.DrawFn) -> Histogram:
    floats = st.floats(allow_nan=False)
    edges = sorted(draw(st.lists(floats, min_size=2, max_size=90)))
    inner = [edge for edge in edges if abs(edge) != inf]
    edges = [*edges[:1], *(each for each in inner if each != edges[0]), inf]
    counts = st.lists(COUNTS, min_size=len(edges) - 1, max_size=len(edges) - 1)
    apart = draw(st.dictionaries(st.text(), st.tuples(COUNTS, COUNTS), max_size=3))
    names = draw(st.tuples(st.text(), st.text()))
    text = st.text(st.characters(codec=None))
    return histogram(
        draw(text),
        edges,
        draw(counts),
        draw(counts),
        apart=apart,
        unit=draw(text),
        temporal=draw(st.booleans()),
        names=names,
    )


@DRAWN
@settings(max_examples=50)
@given(chart=histograms())
def test_any_histogram_is_small_valid_and_inside_its_frame(draw: Draw, chart: Histogram) -> None:
    drawn = draw(chart)
    root = parsed(drawn)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for left, top, right, bottom in boxes(root):
        assert -0.1 <= left < right <= width + 1.1
        assert -0.1 <= top < bottom <= height + 1.1
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.get("x", "")) <= width
        assert 0 <= float(each.get("y", "")) <= height
    assert len(drawn.encode()) < 30_000
    assert draw(chart) == drawn


@given(st.dictionaries(st.text(max_size=300), COUNTS), st.dictionaries(st.text(), COUNTS))
def test_any_categories_are_small_valid_and_inside_their_frame(
    baseline: dict[str, int], current: dict[str, int]
) -> None:
    chart = categories("carrier \x00 <&>", baseline, current, apart={"null": (1, 0)})
    drawn = categories_svg(chart)
    root = parsed(drawn)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    assert all(0 <= box[0] < box[2] <= width and box[3] <= height for box in boxes(root))
    assert len(drawn.encode()) < 30_000
    named = [each for each in chart.listed if each.sort in {"", "unseen"}]
    assert len(named) == min(MOST, len(baseline | current))
    for side in ("baseline", "current"):
        found = [getattr(each.shares, side) for each in chart.listed]
        assert all(share is None for share in found) or sum(found) == pytest.approx(1)


def test_bars_are_as_high_as_their_shares() -> None:
    root = parsed(histogram_svg(temperatures()))
    [_, *bars] = [float(each.get("height", "")) for each in classes(root, "baseline")]
    counts = [3, 60, 200, 420, 280, 90, 10, 2]
    assert bars == pytest.approx([count / 420 * max(bars) for count in counts], abs=1)
    floor = {round(box[3], 0) for box in boxes(root)} - {368, 59, 85, 60, 86, 58, 84}
    assert floor == {300}  # all stand on the axis


def test_what_has_no_place_on_the_axis_stands_apart_with_its_share() -> None:
    chart = temperatures()
    assert dict(chart.apart) == {"null": Shares(2 / 1065, 61 / 986)}  # there is no NaN
    shown = texts(parsed(histogram_svg(chart)))
    assert {"null", "0.2 → 6.2 %", "< 10", "> 80", "°F"} <= set(shown)
    assert "July 2013, 986 rows" in shown
    assert "January 2013, 1,065 rows" in shown


def test_a_bar_apart_that_dwarfs_the_others_is_cut_and_told() -> None:
    chart = histogram("x", range(5), [25] * 4, [1, 1, 0, 0], apart={"null": (0, 998)})
    root = parsed(histogram_svg(chart))
    assert len(classes(root, "paper")) == 2  # the sheet, and the cut
    assert "0 → 100 %" in texts(root)


def test_a_histogram_says_in_words_what_moved_most() -> None:
    assert temperatures().description == (
        "Compares July 2013 (986 rows) with January 2013 (1,065 rows) in 9 bins. Most moved: "
        "60 to 70 °F: baseline 0.9 %, current 40.6 %; 30 to 40 °F: baseline 39.4 %, current 1 %; "
        "70 to 80 °F: baseline 0 %, current 28.4 %."
    )


def test_times_are_told_as_dates() -> None:
    start = microseconds(DAY_ONE)
    edges = [-inf, *(start + week * 7 * 86_400e6 for week in range(9)), inf]
    chart = histogram("scheduled", edges, [1] * 10, [2] * 10, temporal=True)
    shown = texts(parsed(histogram_svg(chart)))
    assert {"< 2013-01-01", "> 2013-02-26", "2013-01-01 to 2013-02-26, UTC"} <= set(shown)
    assert chart.words(chart.bins[1]) == "2013-01-01 to 2013-01-08"


def test_bins_of_different_widths_name_their_edges() -> None:
    chart = histogram("deciles", [-inf, 1, 2, 10, inf], [5, 5, 5, 5], [5, 5, 5, 5])
    assert [text for text in texts(parsed(histogram_svg(chart))) if text in {"1", "2", "10"}] == [
        "1", "2", "10",
    ]  # fmt: skip


def test_one_column_alone_is_a_histogram_too() -> None:
    chart = histogram("alone", [0, 1, 2], [3, 1], names=("2013", ""))
    drawn = histogram_svg(chart)
    assert classes(parsed(drawn), "current") == []
    assert chart.description == ("Shows 2013 (4 rows) in 2 bins. 0 to 1: 75 %. 1 to 2: 25 %.")


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        (histogram("nothing", [], [], []), "no values"),
        (histogram("all null", [], [], [], apart={"null": (10, 7)}), "100 → 100 %"),
        (histogram("constant", [5.0, 5.0], [10], [7]), "5"),
        (histogram("all of them", [-inf, inf], [10], [7]), "all"),
        (histogram("none now", [0, 1, 2], [1, 1], [0, 0]), "current, 0 rows"),
        (histogram("tiny", [0, 5e-324], [1], [1]), "5e-324"),
        (histogram("huge", [-1.7e308, 0, 1.7e308], [1, 1], [1, 1]), "1e308"),
        (histogram("weighted", [0, 1, 2], [0.4, 0.2], [1, 1]), "baseline, 1 row"),
    ],
    ids=lambda value: value.title if isinstance(value, Histogram) else "",
)
def test_odd_columns_are_drawn_and_told(chart: Histogram, said: str) -> None:
    root = parsed(histogram_svg(chart))
    assert said in texts(root)
    assert chart.description
    parsed(histogram_spark(chart))


def test_many_bins_are_put_together_without_losing_rows() -> None:
    edges = [-inf, *range(1_000), inf]
    chart = histogram("many", edges, [1] * 1_001, [3] * 1_001)
    assert len(chart.bins) <= MOST_BINS
    assert (chart.bins[0].high, chart.bins[-1].low) == (0, 999)
    assert sum(held.shares.baseline or 0 for held in chart.bins) == pytest.approx(1)
    assert chart.rows == (1_001, 3_003)


@pytest.mark.parametrize(
    ("edges", "counts", "message"),
    [
        ([0, 1], [1, 2], "2 edges make 1 bins, but 2 counts"),
        ([1, 0], [1], "must rise"),
        ([0, nan], [1], "no NaN"),
        ([0, inf, inf], [1, 1], "only the first and the last edge"),
    ],
)
def test_edges_that_do_not_fit_are_refused(
    edges: list[float], counts: list[int], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        histogram("x", edges, counts, counts)


def test_a_new_category_is_named_though_it_is_rare() -> None:
    chart = carriers()
    assert [each.name for each in chart.listed if each.sort == "unseen"] == ["XX"]
    assert [each.name for each in chart.listed][-2:] == ["3 others", "null"]
    assert "1 of them not in the baseline" in chart.description
    shown = texts(parsed(categories_svg(chart)))
    assert "new: 1 %" in shown


def test_what_the_baseline_did_not_count_is_not_called_new() -> None:
    names = {"a": 5}
    assert categories("x", names, {"b": 5}, other=(3, 0)).unseen == 0
    assert categories("x", {}, {"b": 5}).unseen == 0
    assert categories("x", names, {"b": 5, "c": 1}, other=(3, 0), unseen={"c"}).unseen == 1


def test_a_long_name_is_shortened_and_told_whole_on_demand() -> None:
    name = "a very long name of a category " * 4
    chart: Categories = categories("x", {name: 1}, {name: 1})
    root = parsed(categories_svg(chart))
    [short] = [text for text in texts(root) if text.startswith("a very")]
    assert columns(short) == 14
    assert any(each.text == name for each in root.iter(f"{SVG}title"))
