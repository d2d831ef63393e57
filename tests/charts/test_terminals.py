"""Charts as lines of characters."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.charts.blocks import bar, sparkline
from featuretrail.domain.charts.categories import Categories, categories
from featuretrail.domain.charts.histogram import Histogram, histogram
from featuretrail.domain.charts.history import History, history
from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.lettering import columns
from tests.charts.drawn import carriers, distances, temperatures

Chart = Histogram | Categories | History
CHARTS = pytest.mark.parametrize("chart", [temperatures(), carriers(), distances(200)])


def shown(chart: Chart, width: int = 64, *, blocks: bool = True) -> list[str]:
    return FeaturePicture(chart).text(width, blocks=blocks).splitlines()


def test_a_histogram_is_a_line_a_bin() -> None:
    assert (
        shown(temperatures())
        == """\
weather.temp: July against January
█ July 2013, 986 rows   ┃ January 2013, 1,065 rows
below 10 °F ┃                                    0 %    (0.3 %)
10 to 20 °F ░░░┃                                 0 %    (5.6 %)
20 to 30 °F ░░░░░░░░░░░░░┃                       0 %   (18.8 %)
30 to 40 °F ▊░░░░░░░░░░░░░░░░░░░░░░░░░░░░┃       1 %   (39.4 %)
40 to 50 °F ███▏░░░░░░░░░░░░░░░┃               4.1 %   (26.3 %)
50 to 60 °F █████┃██████▍                     16.2 %    (8.5 %)
60 to 70 °F ┃██████████████████████████████   40.6 %    (0.9 %)
70 to 80 °F █████████████████████▊            28.4 %      (0 %)
above 80 °F ██▊                                3.5 %      (0 %)
       null ┃███▊                              6.2 %    (0.2 %)""".splitlines()
    )


def test_one_column_alone_is_told_by_its_own_bars() -> None:
    assert shown(histogram("alone", [0, 1, 2], [3, 1], names=("2013", ""))) == [
        "alone",
        "█ 2013, 4 rows",
        "0 to 1 ████████████████████████████████████     75 %",
        "1 to 2 ████████████                             25 %",
    ]


def test_categories_are_told_apart_in_plain_characters_too() -> None:
    lines = shown(carriers(), blocks=False)
    assert lines[:3] == [
        "flights.carrier",
        "# current, 9,390 rows   | baseline, 7,805 rows",
        "       A ####################----|            12.8 %   (15.4 %)",
    ]
    assert lines[-3:] == [
        "XX (new) ##                                      1 %      (0 %)",
        "3 others ##########-|                          6.4 %    (7.7 %)",
        "    null |######                               4.3 %   (<0.1 %)",
    ]


def test_a_history_is_a_column_a_check() -> None:
    assert (
        shown(distances(54))
        == """\
weather.temp
 0.3 │                                        ██████████
     │                                        ██████████
     │                                        ██████████
     │                                        ██████████
     │                                        ██████████
     │                                        ██████████
0.05 │╌╌▁╌╌▁╌╌▁╌╌▁╌╌▁╌╌▁╌╌╌╌╌▁╌╌▁╌╌▁╌╌▁╌╌▁╌╌▁╌██████████▁╌╌▁
   0 │▄▆█▄▆█▄▆█▄▆█▄▆█▄▆█▄▆···█▄▆█▄▆█▄▆█▄▆█▄▆█▄███████████▄▆█
                                              ▲▲▲▲▲▲▲▲▲▲
                                              ━━━━━━━━━━
      2013-01-01                                  2013-02-23
      ▲ drift   ━ incident   ╌ threshold 0.05   · not evaluated""".splitlines()
    )


def test_a_long_history_keeps_its_drift_in_few_columns() -> None:
    points = [evolve(each, drift=False) for each in distances(5_000).points]
    points[3_333] = evolve(points[3_333], value=0.9, drift=True)
    lines = shown(history("long", points), blocks=False)
    assert lines[1].count("#") == 1
    assert lines[9].strip() == "^"
    assert lines[9].index("^") == lines[1].index("#")


@pytest.mark.parametrize(
    ("chart", "last"),
    [
        (histogram("none", [], []), "no values"),
        (categories("none", {}, {}), "no values"),
        (history("none", []), "no check yet"),
        (histogram("one", [5.0, 5.0], [4]), "5"),
    ],
)
def test_odd_charts_are_told_in_lines(chart: Chart, last: str) -> None:
    assert shown(chart)[-1].startswith(last)


def test_small_shares_are_seen_and_unknown_values_are_not_zero() -> None:
    assert bar(1e-9, 10) == "▏"
    assert bar(1e-9, 10, blocks=False) == "#"
    assert sparkline([0.0, None, 1e-9, 1.0], top=1.0) == "▁·▁█"
    assert sparkline([]) == ""


@CHARTS
@given(width=st.integers(48, 200), blocks=st.booleans())
def test_no_line_is_wider_than_asked(chart: Chart, width: int, *, blocks: bool) -> None:
    lines = shown(chart, width, blocks=blocks)
    assert all(columns(line) <= width for line in lines[2:])
    if not blocks:
        assert "".join(lines).replace("°", "").isascii()
