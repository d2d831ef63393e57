"""Each dimension of quality says what it found, and nothing where there is nothing to judge."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.constraints import Constraint
from featuretrail.domain.quality.dimensions import completeness, uniqueness, validity
from featuretrail.domain.quality.drift_check import FeatureVerdict
from featuretrail.domain.quality.evidence import ConsistencyFound, consistency, stability
from featuretrail.domain.quality.feature_quality import DIMENSIONS, Dimension
from featuretrail.domain.quality.scoring import coverage_of, reasons_of, score_of
from featuretrail.domain.quality.timeliness import Timing, timeliness
from featuretrail.domain.quality.values import FeatureValues

HOUR = 3_600_000_000
NAN, INF = float("nan"), float("inf")


def values(given: Sequence[Any], dtype: str = "float64", written: int | None = None) -> Any:
    kinds = {"float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}
    array = pa.array(given, kinds.get(dtype, pa.large_string()))
    return FeatureValues("weather.temp", "1.0.0", dtype, array, written=written)


def test_null_and_nan_are_not_complete_and_infinity_is() -> None:
    found = completeness(values([1.0, None, NAN, INF]))

    assert found == Dimension(50.0, "1 NULL and 1 NaN among 4 rows")
    assert completeness(values([])).score is None
    assert completeness(values([None, None])).score == 0.0


def test_a_score_is_100_only_if_nothing_is_lacking() -> None:
    almost = values([None, *[1.0] * 3_000_000])

    assert completeness(almost).score == 99.9999
    assert completeness(values([1.0])).score == 100.0


@pytest.mark.parametrize(
    ("given", "dtype", "constraints", "score"),
    [
        ([1.0, 2.0, 3.0, None], "float64", [ft.Range(1, 2)], 66.6667),
        ([1.0, INF, NAN], "float64", [ft.Range(minimum=0)], 50.0),
        ([None, 1.0], "float64", [ft.NotNull()], 50.0),
        ([None, None], "float64", [ft.NotNull()], 0.0),
        ([2**63 - 1, 2**63 - 2], "int64", [ft.Range(maximum=2**63 - 2)], 50.0),
        ([1, 2], "int64", [ft.Range(0.5, 1.5)], 50.0),
        ([1, 2, 3], "int64", [ft.OneOf([1, 2.0])], 66.6667),
        (["a", "b", None], "text", [ft.OneOf(["a"])], 50.0),
        ([True, False], "bool", [ft.OneOf([True])], 50.0),
        ([1, 0], "int64", [ft.OneOf([True, "x", 1])], 50.0),
        ([None, None], "float64", [ft.Range(0, 1)], None),
        ([INF], "float64", [], None),
        (["a"], "text", [ft.Range(0, 1)], None),
        ([1, 2**63 - 1, -(2**63)], "int64", [ft.OneOf([2**70, 1e300, 10**400, 1])], 33.3333),
        ([1, 2**63 - 1, -(2**63)], "int64", [ft.Range(2**63, None)], 0.0),
        ([1, 2**63 - 1, -(2**63)], "int64", [ft.Range(None, -(2**64))], 0.0),
        ([1, 2**63 - 1, -(2**63)], "int64", [ft.Range(-(10**400), 1e300)], 100.0),
        ([1.0, -1e308], "float64", [ft.OneOf([10**400, 1])], 50.0),
        ([1.0, -1e308], "float64", [ft.Range(-(10**400), 0)], 50.0),
        ([1.0, -1e308], "float64", [ft.Range(10**400, None)], 0.0),
    ],
)
def test_validity_is_the_share_of_values_that_meet_the_constraints(
    given: list[Any], dtype: str, constraints: list[Constraint], score: float | None
) -> None:
    assert validity(values(given, dtype), constraints).score == score


def test_infinite_values_are_told_even_without_a_constraint() -> None:
    assert "infinite values: 1" in validity(values([INF, 1.0]), []).reason
    assert "break finite" in validity(values([INF, 1.0]), [ft.Range(minimum=0)]).reason


@given(st.lists(st.one_of(st.none(), st.floats(width=32)), min_size=1))
def test_completeness_and_validity_are_what_counting_says(rows: list[float | None]) -> None:
    held = [each for each in rows if each is not None and not np.isnan(each)]
    good = [each for each in held if 0 <= each <= 100]
    complete = completeness(values(rows)).score
    valid = validity(values(rows), [ft.Range(0, 100)]).score

    assert complete == pytest.approx(100 * len(held) / len(rows), abs=1e-4)
    if held:
        assert valid == pytest.approx(100 * len(good) / len(held), abs=1e-4)
    else:
        assert valid is None


def test_rows_written_again_cost_uniqueness() -> None:
    assert uniqueness(values([1.0, 2.0, 3.0], written=4)).score == 75.0
    assert uniqueness(values([1.0], written=1)).score == 100.0
    assert uniqueness(values([1.0])).score is None
    assert uniqueness(values([], written=0)).score is None


@pytest.mark.parametrize(
    ("age", "ttl", "score"),
    [(6, 6, 100.0), (12, 6, 50.0), (-1, 6, 100.0), (2, None, 100.0), (20, None, 10.0)],
)
def test_freshness_is_judged_by_the_ttl_or_the_cadence(
    age: int, ttl: int | None, score: float
) -> None:
    times = np.arange(100) * HOUR
    timing = Timing(age * HOUR, None if ttl is None else ttl * HOUR, 100, None)

    assert timeliness(timing, times).score == score


def test_too_few_times_tell_no_cadence_and_no_time_no_freshness() -> None:
    assert timeliness(Timing(HOUR, None, 2, None), np.array([0, HOUR])).score is None
    assert timeliness(Timing(None, None, 0, None), None).score is None


@pytest.mark.parametrize(
    ("rows", "previous", "score"),
    [
        (50, [100, 100, 90, 110], 50.0),
        (200, [100, 100, 100, 100], 100.0),
        (400, [100, 100, 100, 100], 50.0),
        (0, [100, 100], 0.0),
    ],
)
def test_volume_is_judged_by_the_windows_before(
    rows: int, previous: list[int], score: float
) -> None:
    assert timeliness(Timing(0, HOUR, rows, previous), None).score == score


def test_a_fresh_value_does_not_make_up_for_missing_rows() -> None:
    found = timeliness(Timing(0, HOUR, 10, [100, 100]), None)

    assert found.score == 10.0
    assert found.reason == (
        "the newest value is 0 seconds old, its TTL of 1 hour; 10 rows where 100 are usual"
    )


def test_one_window_before_tells_nothing_of_the_volume() -> None:
    assert "too few windows" in timeliness(Timing(0, HOUR, 5, [0, 0, 9, 0]), None).reason


def test_consistency_is_the_mean_of_the_check_types_that_were_evaluated() -> None:
    found = [
        ConsistencyFound("streaming", "passed", "delay@1.0.0"),
        ConsistencyFound("outcome", "warning", "delay@1.0.0"),
        ConsistencyFound("cross_system", "not evaluated", "delay@1.0.0"),
    ]

    assert consistency(found).score == 75.0
    assert consistency([]).score is None
    assert consistency(found[2:]).score is None


def verdict(status: str, severity: str | None = None) -> FeatureVerdict:
    return FeatureVerdict(
        "weather.temp", "1.0.0", status, None, None, None, None, severity, None, "w", {}
    )


def test_the_worst_baseline_decides_stability_and_no_check_is_no_stability() -> None:
    assert stability({}).score is None
    assert stability({"a": verdict("insufficient")}).score is None
    assert stability({"a": verdict("stable")}).score == 100.0
    assert stability({"a": verdict("stable"), "b": verdict("drift", "high")}).score == 25.0
    assert stability({"a": verdict("critical", "critical")}).score == 0.0


def test_what_was_not_evaluated_neither_helps_nor_harms_the_score() -> None:
    dimensions = dict.fromkeys(DIMENSIONS, Dimension(None, "why"))
    assert score_of(dimensions) is None
    assert coverage_of(dimensions) == 0.0

    dimensions |= {"completeness": Dimension(40.0, "nulls"), "validity": Dimension(100.0, "fine")}

    assert score_of(dimensions) == 70.0
    assert coverage_of(dimensions) == pytest.approx(100 / 3, abs=1e-4)
    assert reasons_of(dimensions)[0] == "completeness 40: nulls"
    assert len(reasons_of(dimensions)) == 5
