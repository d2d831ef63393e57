"""The history of a measure: gaps, drift and incidents are seen, however long it is."""

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.charts.history import History, Incident, Point, history
from featuretrail.domain.charts.history_svg import history_svg
from featuretrail.domain.charts.sparks import history_spark
from tests.charts.drawn import DAY_ONE, SVG, boxes, classes, distances, parsed, texts

TIMES = st.datetimes(timezones=st.just(UTC))
POINTS = st.lists(st.builds(Point, TIMES, st.none() | st.floats(), st.booleans()))


@st.composite
def histories(draw: st.DrawFn) -> History:
    spans = st.lists(st.tuples(TIMES, TIMES | st.none()), max_size=5)
    incidents = [
        Incident(start, None if end is None else max(start, end)) for start, end in draw(spans)
    ]
    return history(
        draw(st.text(st.characters(codec=None))),
        draw(POINTS),
        measure=draw(st.text()),
        threshold=draw(st.none() | st.floats()),
        incidents=incidents,
        shares=draw(st.booleans()),
    )


@given(histories())
def test_any_history_is_small_valid_and_inside_its_frame(chart: History) -> None:
    drawn = history_svg(chart)
    root = parsed(drawn)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for left, top, right, bottom in boxes(root):
        assert 0 <= left < right <= width + 1
        assert 0 <= top < bottom <= height
    for each in root.iter(f"{SVG}circle"):
        assert 84 <= float(each.get("cx", "")) <= width
        assert 0 <= float(each.get("cy", "")) <= height
    assert len(drawn.encode()) < 30_000
    assert history_svg(chart) == drawn
    parsed(history_spark(chart))


def test_a_history_has_a_line_that_ends_where_nothing_was_evaluated() -> None:
    root = parsed(history_svg(distances()))
    assert len(classes(root, "line")) == 3  # the key, and both sides of the gap
    assert len(classes(root, "drift")) == 1 + 10
    [_, crosses] = [each for each in classes(root, "axis") if each.get("d", "").startswith("M")]
    assert crosses.get("d", "").count("M") == 3
    assert {"KS distance", "threshold 0.05", "drift", "incident", "21 Jan"} <= set(texts(root))
    shaded = [box for box in boxes(root) if box[3] == 280]
    assert len(shaded) == 1


def test_a_history_says_in_words_what_it_shows() -> None:
    assert distances().description == (
        "KS distance of 60 checks from 2013-01-01 to 2013-03-01: 10 found drift, 3 could not be "
        "evaluated. Values are from 0.02 to 0.3, the last is 0.04; the threshold is 0.05. "
        "1 incident: from 2013-02-10 to 2013-02-20."
    )


def test_ten_thousand_checks_are_thinned_and_no_drift_is_lost() -> None:
    start = DAY_ONE
    points = [
        Point(start + timedelta(hours=hour), None if 2_000 <= hour < 3_000 else 0.01, hour == 7_000)
        for hour in range(10_000)
    ]
    points[7_000] = Point(points[7_000].at, 0.5, drift=True)
    points[8_000] = Point(points[8_000].at, 0.04, drift=True)  # below others, and still told
    chart = history("many", points, threshold=0.2)
    drawn = history_svg(chart)
    root = parsed(drawn)
    assert len(drawn.encode()) < 30_000
    told = [each.text or "" for each in root.iter(f"{SVG}title")]
    assert any("2013-10-19" in each and "0.5, drift" in each for each in told)
    assert len(classes(root, "drift")) == 1 + 2
    assert len(classes(root, "line")) == 3
    assert "10,000 checks" in chart.description
    many = [Point(each.at, 0.5, drift=True) for each in points]
    assert len(history_svg(history("all", many, threshold=0.2)).encode()) < 30_000


def test_an_open_incident_reaches_the_edge() -> None:
    chart = history("x", distances().points, incidents=[Incident(DAY_ONE + timedelta(days=40))])
    root = parsed(history_svg(chart))
    assert max(box[2] for box in boxes(root) if box[3] == 280) == 624
    assert chart.description.endswith("1 incident: from 2013-02-10 on, still open.")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([], "no check yet"),
        ([Point(DAY_ONE, 0.5)], "2013-01-01 00:00, UTC"),
        ([Point(DAY_ONE, None)], "2013-01-01 00:00, UTC"),
        ([Point(DAY_ONE, inf), Point(DAY_ONE, nan)], "2013-01-01 00:00, UTC"),
        (
            [
                Point(datetime.min.replace(tzinfo=UTC), -1),
                Point(datetime.max.replace(tzinfo=UTC), 1),
            ],
            "0001-01-01 to 9999-12-31, UTC",
        ),
        (
            [Point(DAY_ONE, 0), Point(DAY_ONE + timedelta(days=9), 0)],
            "2013-01-01 to 2013-01-10, UTC",
        ),
        ([Point(DAY_ONE, 5e-324), Point(DAY_ONE + timedelta(days=9), 0)], "5e-324"),
        ([Point(DAY_ONE, -1.7e308), Point(DAY_ONE + timedelta(days=9), 1.7e308)], "1e308"),
    ],
)
def test_odd_histories_are_drawn_and_told(points: list[Point], said: str) -> None:
    chart = history("odd", points)
    assert said in texts(parsed(history_svg(chart)))
    assert chart.description
    parsed(history_spark(chart))


def test_drift_without_a_value_is_seen_too() -> None:
    chart = history("nulls", [Point(DAY_ONE, None, drift=True)])
    assert len(classes(parsed(history_svg(chart)), "drift")) == 2


def test_two_charts_in_one_page_do_not_share_identifiers() -> None:
    names = [
        each.get("id") for chart in (distances(), distances(30))
        for each in parsed(history_svg(chart)).iter() if each.get("id")
    ]  # fmt: skip
    assert len(names) == len(set(names)) == 4
    root = parsed(history_svg(distances()))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == " ".join(str(each.get("id")) for each in root[:2])
