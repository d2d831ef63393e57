"""Like compared with like: rows of the same season, and outcomes of rows alike."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from featuretrail.domain.drift.concept import measure_concept
from featuretrail.domain.drift.measure import measure
from featuretrail.domain.drift.profile import profile_of
from featuretrail.domain.drift.seasonal import seasonal_profile_of
from featuretrail.domain.drift.seasons import Season
from featuretrail.domain.drift.verdict import judge
from featuretrail.domain.errors import InvalidDefinitionError, InvalidInputError
from tests.drift.strategies import normal

Floats = np.ndarray[Any, Any]
MINUTE, HOUR = 60_000_000, 3_600_000_000


def moment(month: int, day: int, hour: int) -> Floats:
    moments = [datetime(2013, month, day, hour, tzinfo=UTC)]
    return np.array([each.timestamp() * 1e6 for each in moments]).astype(np.int64)


def test_buckets_are_those_of_the_clock_on_the_wall() -> None:
    winter, summer = moment(1, 7, 4), moment(7, 1, 3)

    assert Season.of("hour").buckets(winter).tolist() == [4]
    assert Season.of("hour", "America/New_York").buckets(winter).tolist() == [23]
    assert Season.of("hour", "America/New_York").buckets(summer).tolist() == [23]
    assert Season.of("weekday").buckets(winter).tolist() == [0]
    assert Season.of("month").buckets(summer).tolist() == [6]
    assert Season.of("weekday+hour").buckets(winter).tolist() == [4 * 7 + 0]
    assert Season.of("weekday + hour") == Season.of("hour+weekday")
    assert Season.from_dict(Season.of("month", "Asia/Tokyo").to_dict()).time_zone == "Asia/Tokyo"


def test_unknown_seasons_and_time_zones_are_refused() -> None:
    for text in ("", "minute", "hour+hour", "hour+year"):
        with pytest.raises(InvalidDefinitionError, match="one or more of hour, weekday, month"):
            Season.of(text)
    with pytest.raises(InvalidDefinitionError, match="time zone 'Mars/Olympus' is unknown"):
        Season.of("hour", "Mars/Olympus")


def daily(seed: int, first_hour: int, hours: int) -> tuple[Floats, Floats]:
    """Values every five minutes that follow the hour of the day, and their times."""
    times = first_hour * HOUR + np.arange(hours * 12, dtype=np.int64) * 5 * MINUTE
    hour = times / HOUR % 24
    return 3.0 * np.sin(hour * np.pi / 12) + normal(seed, len(times)), times


def test_six_hours_are_compared_with_the_same_hours_of_a_month() -> None:
    """Against all hours, taken as independent, such windows are drift nearly always."""
    values, times = daily(1, 0, 28 * 24)
    plain, seasonal = (
        profile_of(values, "float64", block=1),
        seasonal_profile_of(values, "float64", times, Season.of("hour")),
    )
    windows = [daily(k, 40 * 24 + 5 * k, 6) for k in range(2, 22)]

    bare = [judge({"f": measure(plain, x, "float64", block=1)})["f"] for x, _ in windows]
    matched = [judge({"f": seasonal.measure(x, when)})["f"] for x, when in windows]
    moved = [judge({"f": seasonal.measure(x + 1.5, when)})["f"] for x, when in windows]

    assert sum(each.drifted for each in bare) > 15
    assert sum(each.drifted for each in matched) <= 1
    assert all(each.status != "insufficient" for each in matched)
    assert all(each.change.startswith("moved up by") for each in moved)


def test_the_mixture_of_all_seasons_is_the_baseline() -> None:
    values, times = daily(1, 0, 30 * 24)
    found = seasonal_profile_of(values, "float64", times, Season.of("hour")).measure(values, times)
    whole = profile_of(values, "float64").ordered

    assert found.ordered is not None
    assert found.ordered.ks < 0.003
    assert found.ordered.bins is not None
    assert found.ordered.bins.psi_raw < 1e-4
    mixed = found.profile.ordered
    assert mixed is not None
    assert whole is not None
    assert mixed.count == pytest.approx(whole.count)
    assert (mixed.mean, mixed.std) == pytest.approx((whole.mean, whole.std))
    assert mixed.quartiles == pytest.approx(whole.quartiles, abs=0.03)


def test_rows_of_a_season_that_the_baseline_has_not_are_left_out_and_counted() -> None:
    values, times = daily(1, 0, 6)
    seasonal = seasonal_profile_of(values, "float64", times, Season.of("hour"))
    later, when = daily(2, 4, 4)

    found = seasonal.measure(later, when)
    assert (found.rows, found.unmatched) == (24, 24)
    nothing = seasonal.measure(*daily(2, 12, 4))
    assert (nothing.rows, nothing.unmatched) == (0, 48)
    with pytest.raises(InvalidInputError, match="48 values have 3 times"):
        seasonal.measure(later, when[:3])


def test_categories_and_nulls_follow_seasons_too() -> None:
    times = np.arange(24 * 200, dtype=np.int64) * HOUR
    hours = np.arange(24 * 200) % 24
    names = pa.array(["day" if 6 <= hour < 18 else "night" for hour in hours])
    nulls = pa.array([None if hour < 12 else 1.0 * hour for hour in hours], pa.float64())
    night = np.flatnonzero(hours < 6)[:300]
    season = Season.of("hour")
    words = seasonal_profile_of(names, "text", times, season)
    numbers = seasonal_profile_of(nulls, "float64", times, season, block=1)

    assert judge({"f": words.measure(names.take(night), times[night])})["f"].drifted is False
    assert judge({"f": words.measure(pa.array(["day"] * 300), times[night])})["f"].drifted
    assert judge({"f": numbers.measure(nulls.take(night), times[night])})["f"].drifted is False


def test_another_outcome_of_rows_alike_is_concept_drift() -> None:
    random = np.random.default_rng(5)

    def rows(number: int, slope: float) -> tuple[Floats, Floats]:
        values = random.normal(size=number)
        return values, random.random(number) < 1.0 / (1.0 + np.exp(-slope * values))

    reference = rows(10_000, 1.5)
    same = measure_concept(*reference, *rows(2_000, 1.5), "float64", "bool")
    other = measure_concept(*reference, *rows(2_000, -1.5), "float64", "bool")
    verdicts = judge({"same": same, "other": other})

    assert verdicts["same"].status == "stable"
    assert verdicts["other"].status == "drift"
    assert (verdicts["other"].drift_type, verdicts["other"].measure) == ("concept", "concept")
    assert verdicts["other"].change.startswith("tells another outcome: where it is ")
    assert same.correlation == pytest.approx(same.reference_correlation, abs=0.05)
    assert other.correlation == pytest.approx(-(other.reference_correlation or 0.0), abs=0.05)


def test_a_moved_feature_with_the_same_relation_is_no_concept_drift() -> None:
    was, now = normal(1, 8_000), normal(2, 2_000, 0.7)
    outcomes = [x * 10.0 + normal(k, len(x)) for k, x in ((3, was), (4, now))]
    found = measure_concept(was, outcomes[0], now, outcomes[1], "float64", "float64")

    assert found.change is not None
    assert judge({"f": found})["f"].status == "stable"
    assert judge(
        {"f": measure_concept(was, outcomes[0], now, outcomes[1] + 9, "float64", "float64")}
    )["f"].drifted


def test_stable_relations_raise_no_alarm() -> None:
    measures = {}
    for k in range(40):
        (was, now), (noise, other) = ((normal(4 * k + s, n) for n in (3_000, 200)) for s in (0, 2))
        measures[str(k)] = measure_concept(was, was + noise, now, now + other, "float64", "float64")

    assert sum(each.drifted for each in judge(measures).values()) == 0


def test_concepts_of_categories_and_of_hardly_any_rows() -> None:
    names, late = ["a", "b"] * 500, [True, False] * 500
    found = judge({"f": measure_concept(names, late, names, late[::-1], "text", "bool")})["f"]
    nothing = judge({"f": measure_concept(names, late, [], [], "text", "bool")})["f"]
    nulls = pa.nulls(1_000, pa.bool_())
    unknown = judge({"f": measure_concept(names, late, names, nulls, "text", "bool")})["f"]

    assert found.change.startswith("tells another outcome: where it is '")
    assert nothing.status == "empty"
    assert unknown.status == "insufficient"
    with pytest.raises(InvalidInputError, match="text have no order"):
        measure_concept(names, names, names, names, "text", "text")
    with pytest.raises(InvalidInputError, match="1000 values have 3 outcomes"):
        measure_concept(names, late[:3], names, late, "text", "bool")
