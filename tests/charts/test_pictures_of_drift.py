"""From profiles and values to charts, and from checks to a history."""

from datetime import timedelta
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featuretrail.domain.charts.categories import Categories
from featuretrail.domain.charts.histogram import Histogram
from featuretrail.domain.charts.history import Incident
from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.pictures import drift_history, feature_chart
from featuretrail.domain.quality.profiles import profiled
from featuretrail.domain.quality.values import FeatureValues
from tests.charts.drawn import DAY_ONE, parsed

FLOATS = st.lists(st.none() | st.floats(), max_size=40)
INTS = st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=40)
TIMES = st.lists(st.none() | st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
TEXTS = st.lists(st.none() | st.text(max_size=5), max_size=40)
FLAGS = st.lists(st.none() | st.booleans(), max_size=40)
COLUMNS = [
    ("float64", FLOATS), ("int64", INTS), ("timestamptz", TIMES), ("text", TEXTS), ("bool", FLAGS),
]  # fmt: skip


def column(values: object, dtype: str = "float64") -> FeatureValues:
    return FeatureValues("g.f", "1.0.0", dtype, pa.array(values, ARROW_TYPES[dtype]))


def chart(before: FeatureValues, now: FeatureValues | None) -> Histogram | Categories:
    [known] = profiled([before], None, None)
    return feature_chart(known, now, "g.f", ("then", "now"), "m/s")


def drawn(before: FeatureValues, now: FeatureValues | None) -> Histogram:
    made = chart(before, now)
    assert isinstance(made, Histogram)
    return made


@pytest.mark.parametrize(("dtype", "values"), COLUMNS)
@settings(max_examples=30)
@given(data=st.data())
def test_any_values_against_any_others_are_drawn_and_no_row_is_lost(
    dtype: str, values: st.SearchStrategy[list[object]], data: st.DataObject
) -> None:
    before, now = data.draw(values), data.draw(values)
    made = chart(column(before, dtype), column(now, dtype))
    assert made.rows == pytest.approx((len(before), len(now)))
    picture = FeaturePicture(made)
    parsed(picture.svg())
    parsed(picture.spark())
    assert picture.text()
    assert picture.description in picture.to_dict()["description"]
    alone = chart(column(before, dtype), None)
    assert alone.rows[0] == pytest.approx(len(before))
    parsed(FeaturePicture(alone).svg())


@pytest.mark.parametrize(
    ("before", "now"), [([0.0], [1.797693134862316e305]), ([], [0.0, 1.7976931348623157e308])]
)
def test_values_at_the_end_of_floats_are_drawn(before: list[float], now: list[float]) -> None:
    assert drawn(column(before), column(now)).rows == (len(before), len(now))


def test_bins_are_round_and_hold_both_sides() -> None:
    rng = np.random.default_rng(7)
    before, now = rng.normal(36, 9, 5_000), rng.normal(80, 7, 3_000)
    made = drawn(column(before), column(now))
    edges = [held.low for held in made.bins[1:]]
    assert all(edge % 5 == 0 for edge in edges)
    for held in made.bins:
        for values, share in ((before, held.shares.baseline), (now, held.shares.current)):
            inside = np.mean((values >= held.low) & (values < held.high))
            assert share == pytest.approx(inside, abs=0.003)  # knots are a thousandth apart


def test_few_values_are_counted_exactly() -> None:
    made = drawn(column([1.0, 1.0, 2.0, 3.0, None]), column([3.0, 3.0, 3.0, float("nan")]))
    assert next(held.low for held in made.bins if held.shares.largest > 0) == 1
    assert sum(held.shares.baseline or 0 for held in made.bins) == pytest.approx(0.8)
    assert sum(held.shares.current or 0 for held in made.bins) == pytest.approx(0.75)
    assert set(made.apart) == {"null", "NaN"}


def test_an_outlier_does_not_squeeze_the_others() -> None:
    values = [*np.linspace(0, 10, 200), 1_048.0]
    made = drawn(column(values), column(values))
    assert made.bins[-1].low < 100
    assert made.words(made.bins[-1]).startswith("above")


def test_of_too_many_categories_what_is_known_to_be_new_is_marked() -> None:
    names = [f"c{number}" for number in range(6_000)]
    before = column([*names, *["often"] * 900], "text")
    made = chart(before, column([*names[:500], *["often"] * 90, *["novel"] * 60], "text"))
    assert isinstance(made, Categories)
    assert next(each.name for each in made.listed if each.sort == "unseen") == "novel"
    assert made.rows == (6_900, 650)
    assert made.listed[-1].sort == "other"


def test_a_seasonal_baseline_is_drawn_in_the_proportions_of_the_window() -> None:
    hours = np.arange(24 * 200)
    times = hours * 3_600_000_000
    warm = FeatureValues("g.f", "1.0.0", "float64", pa.array((hours % 24) * 1.0), times)
    [known] = profiled([warm], "hour", None)
    noon = (hours % 24) == 12
    now = FeatureValues("g.f", "1.0.0", "float64", pa.array(warm.values.filter(noon)), times[noon])
    made = feature_chart(known, now, "g.f", ("then", "now"), None)
    assert isinstance(made, Histogram)
    assert [held.shares.baseline for held in made.bins if held.shares.largest] == [1.0]


ONE, TWO = UUID(int=1), UUID(int=2)


def check(
    day: int, score: float | None, drifted: bool, incident: UUID | None = None, position: int = 1
) -> DriftCheck:
    tests = [] if score is None else [{"measure": "ks", "score": score, "threshold": 0.05}]
    status = "drift" if drifted else "stable" if tests else "insufficient"
    measure = "ks" if tests else None
    verdict = FeatureVerdict(
        "g.f", "1.0.0", status, None, measure, score, 0.05, None, None, "", {"tests": tests}
    )
    end = DAY_ONE + timedelta(days=day)
    return DriftCheck(
        baseline="b",
        outcome=None,
        since=end - timedelta(days=1),
        until=end,
        snapshot_id=None,
        known_position=1,
        alpha=0.05,
        verdicts={"g.f": verdict},
        incidents={} if incident is None else {"g.f": incident},
        duration_ms=1.0,
        position=position,
    )


def test_checks_become_a_history_with_the_incidents_they_moved() -> None:
    checks = [
        check(5, 0.4, True, TWO, 9),
        check(1, 0.01, False, None, 1),
        check(2, 0.3, True, ONE, 2),
        check(3, None, False, ONE, 3),
        check(4, 0.01, False, None, 4),
        check(4, 0.02, False, None, 5),  # the same window again: this one counts
    ]
    made = drift_history("g.f", checks, "g.f", still_open={TWO})
    assert [point.value for point in made.points] == [0.01, 0.3, None, 0.02, 0.4]
    assert [point.drift for point in made.points] == [False, True, False, False, True]
    assert (made.measure, made.threshold) == ("KS distance", 0.05)
    days = [each.until for each in (checks[2], checks[4], checks[0])]
    assert made.incidents == (Incident(days[0] or DAY_ONE, days[1]), Incident(days[2] or DAY_ONE))
    ended = drift_history("g.f", checks, "g.f")
    assert ended.incidents[-1].end == checks[0].until  # someone resolved it since
    other = drift_history("g.f", checks, "g.f", measure="null_share")
    assert {point.value for point in other.points} == {None}
    assert other.shares
    assert drift_history("g.other", checks, "x").points == ()
