"""A snapshot against other systems: each known fault is found and named."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.consistency.weather import SNAPSHOT, changed, moved, numbers


def check(store: ft.TimescaleDBFeatureStore, data: Any, **how: Any) -> ft.TableComparison:
    """Check the snapshot against one frame and return what was compared; nothing is recorded."""
    report = store.consistency.check(
        SNAPSHOT, "cross_system", sources=[ft.FrameSource(data)], record=False, **how
    )
    [compared] = report["cross_system"].comparisons
    assert report.status == compared.status
    return compared


def names(compared: ft.TableComparison, feature: str) -> list[str]:
    """Return the names of a feature's probable causes."""
    return [each.name for each in compared.features[feature].causes]


def test_equal_values_pass_whatever_frame_holds_them(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    order = np.random.default_rng(1).permutation(matrix.num_rows)
    frames = [matrix, matrix.take(pa.array(order)), pl.from_arrow(matrix), matrix.to_pandas()]
    for frame in frames:
        found = check(shared, frame)

        assert (found.status, found.missing, found.extra, found.faults) == ("passed", 0, 0, 0)
        assert found.cells == matrix.num_rows * 3
        assert found.confidence_score is not None
        assert found.confidence_score > 99.5
    assert isinstance(frames[3], pd.DataFrame)  # where gust is a float, and NaN stands for NULL


def test_one_percent_of_altered_values_is_found_and_named(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    temp = numbers(matrix, "temp")
    rows = np.random.default_rng(2).choice(temp.size, 6, replace=False)
    temp[rows] += np.linspace(1, 9, 6) ** 2

    found = check(shared, changed(matrix, "temp", temp))

    altered = found.features["weather.temp"]
    assert (found.status, altered.mismatches) == ("failed", 6)
    assert names(found, "weather.temp") == ["altered values"]
    assert altered.examples[0].difference == pytest.approx(81)
    assert set(altered.examples[0].keys) == {"origin", "event_time"}
    assert altered.distances["p50"] == 0
    assert altered.distances["max"] == pytest.approx(81)
    assert found.features["weather.sky"].status == "passed"


@pytest.mark.parametrize(
    ("change", "cause", "evidence"),
    [
        (lambda x: x * 1.8, "unit factor", "1.8 times"),
        (lambda x: (x - 32) / 1.8, "unit factor", "Fahrenheit to degrees Celsius"),
        (lambda x: x * 1.609344, "unit factor", "miles to kilometres"),
        (lambda x: -x, "sign", "opposite sign"),
        (lambda x: x * 3.7, "scale", "3.7 times"),
        (lambda x: x + 4.25, "offset", "+4.25"),
        (lambda x: np.round(x, 1), "rounding", "rounded to 1 digit"),
        (lambda x: x.astype(np.float32).astype(np.float64), "rounding", "32-bit"),
    ],
)
def test_one_formula_for_all_values_is_named(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table, change: Any, cause: str, evidence: str
) -> None:
    found = check(shared, changed(matrix, "temp", change(numbers(matrix, "temp"))))

    [said] = found.features["weather.temp"].causes
    assert (found.status, said.name) == ("failed", cause)
    assert evidence in said.evidence


def test_a_time_zone_shift_of_an_hour_is_named(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    found = check(shared, moved(matrix, timedelta(hours=1)))

    # one row of each airport falls off either end
    assert (found.status, found.missing, found.extra) == ("failed", 3, 0)
    assert found.causes[0].name == "time-zone shift"
    assert "1:00 h late" in found.causes[0].evidence
    assert names(found, "weather.temp") == ["time-zone shift"]


def test_missing_extra_and_double_keys_are_named(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    stranger = changed(matrix.slice(0, 4), "origin", ["BOS"] * 4)
    other = pa.concat_tables([matrix.slice(10), stranger, matrix.slice(20, 2)])

    found = check(shared, other)

    assert (found.missing, found.extra, found.found_duplicates) == (10, 4, 2)
    assert [each.name for each in found.causes] == ["missing keys", "extra keys", "duplicate keys"]
    assert found.status == "failed"  # 10 of 600 are more than 1 %
    assert found.missing_examples[0]["origin"] == "EWR"
    assert found.extra_examples[0]["origin"] == "BOS"
    assert found.faults == 0


def test_null_against_zero_is_told_from_null_against_a_value(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    nulls = matrix.column("gust").null_count
    zeros = changed(matrix, "gust", matrix.column("gust").fill_null(0))
    values = changed(matrix, "gust", matrix.column("gust").fill_null(17))

    against_zero, against_value = check(shared, zeros), check(shared, values)

    gust = against_zero.features["weather.gust"]
    assert (gust.null_expected, gust.null_against_zero, gust.mismatches) == (nulls, nulls, nulls)
    assert names(against_zero, "weather.gust") == ["NULL against 0"]
    assert names(against_value, "weather.gust") == ["NULL against a value"]
    assert against_value.features["weather.gust"].null_against_zero == 0


def test_rounding_passes_under_a_tolerance_and_is_counted(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    temp = numbers(matrix, "temp")
    rounded = changed(matrix, "temp", np.round(temp, 2))

    assert check(shared, changed(matrix, "temp", temp / 1.8 * 1.8)).status == "passed"
    for tolerances in ({"weather.temp": 0.005}, {"weather.temp": (0.005, 0.0)}, 0.005):
        found = check(shared, rounded, tolerances=tolerances)
        assert (found.status, found.features["weather.temp"].mismatches) == ("passed", 0)
        assert found.features["weather.temp"].within_tolerance > 500
    assert check(shared, rounded, tolerances={"weather.temp": 0.001}).status == "failed"


def test_a_mapping_leads_to_columns_of_other_names_and_what_is_absent_is_said(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    other = pa.table(
        {
            "station": matrix.column("origin"),
            "at": matrix.column("event_time"),
            "temp_f": matrix.column("temp"),
        }
    )
    mapping = {"weather.temp": "temp_f", "origin": "station", "event_time": "at"}

    report = shared.consistency.check(
        SNAPSHOT, "cross_system", sources=[ft.FrameSource(other, columns=mapping)], record=False
    )

    [found] = report["cross_system"].comparisons
    assert (found.status, list(found.features)) == ("passed", ["weather.temp"])
    assert set(found.not_compared) == {"weather.gust", "weather.sky"}
    assert found.confidence_score == pytest.approx(100 / 3, abs=0.5)  # a third is covered


def test_a_sample_compares_the_same_entities_on_both_sides(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    for share, airports in ((0.7, ("JFK",)), (0.95, ("EWR", "JFK"))):  # by what hash is documented
        found = check(shared, matrix, sample=share)
        chosen = found.compared // 200
        assert (found.missing, found.extra, found.faults) == (0, 0, 0)
        assert found.compared % 200 == 0  # whole airports
        assert chosen >= len(airports)
