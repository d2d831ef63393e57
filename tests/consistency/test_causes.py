"""Probable causes: named where the values show them, and nowhere else."""

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.consistency.comparison import compare
from featuretrail.domain.consistency.measured import measure
from featuretrail.domain.consistency.tolerance import Tolerance, check_tolerances
from tests.consistency.weather import START

ROWS = 300
CHANCE = np.random.default_rng(5)
TIMES = pa.array(
    [START + timedelta(hours=hour) for hour in range(ROWS // 3)] * 3, pa.timestamp("us", tz="UTC")
)
TEMP = CHANCE.normal(50, 15, ROWS)
IDS = CHANCE.integers(10_000_000, 90_000_000, ROWS)
LARGE = CHANCE.integers(2**62, 2**63 - 1, ROWS)
MOSTLY_ZERO = np.where(CHANCE.random(ROWS) < 0.05, CHANCE.integers(1, 9, ROWS), 0).astype(float)
RARE = CHANCE.random(ROWS) < 0.02
MOSTLY_US = CHANCE.choice(["US", "DE"], ROWS, p=[0.97, 0.03])
SHARES = CHANCE.random(ROWS) * 0.4 + 0.05


def compared(expected: Any, found: Any, dtype: str = "float64") -> ft.FeatureComparison:
    """Compare two columns of the same rows."""
    keys = {"k": np.repeat(["a", "b", "c"], ROWS // 3), "t": TIMES}
    tables = measure(
        pa.table({**keys, "v": expected}),
        pa.table({**keys, "v": found}),
        ["k"],
        {"v": "v"},
        check_tolerances(None, {"v": dtype}),
        time="t",
    )
    return compare("other", tables).features["v"]


@pytest.mark.parametrize(
    ("expected", "found", "dtype"),
    [
        (RARE, np.zeros(ROWS, bool), "bool"),
        (MOSTLY_ZERO, np.zeros(ROWS), "float64"),
        (MOSTLY_US, np.array(["US"] * ROWS), "text"),
        (np.full(ROWS, 10.0), np.full(ROWS, 25.4), "float64"),
        (np.full(ROWS, 10.0), np.full(ROWS, 13.7), "float64"),
        (CHANCE.normal(100, 0.01, ROWS), CHANCE.normal(180, 0.01, ROWS), "float64"),
        (SHARES, np.zeros(ROWS), "float64"),
        (IDS, IDS + CHANCE.choice([-1, 1], ROWS), "int64"),
        (LARGE, LARGE - CHANCE.integers(1, 9, ROWS), "int64"),
        (np.full(ROWS, 2**63 - 1), np.full(ROWS, -(2**63)), "int64"),
        (TIMES, pa.array(np.zeros(ROWS, int)).cast(TIMES.type), "timestamptz"),
        (TIMES, pa.compute.add(TIMES, pa.scalar(timedelta(days=30))), "timestamptz"),
    ],
)
def test_values_that_any_pattern_would_fit_show_none(expected: Any, found: Any, dtype: str) -> None:
    told = compared(expected, found, dtype)

    assert told.status == "failed"
    assert [each.name for each in told.causes] == ["altered values"]
    assert "no one pattern holds for 90%" in told.causes[0].evidence


def test_what_a_cause_leaves_over_is_told_beside_it() -> None:
    other = TEMP * 1.8
    other[:5] = 999.0

    unit, rest = compared(TEMP, other).causes

    assert (unit.name, unit.rows, rest.name, rest.rows) == ("unit factor", 295, "altered values", 5)


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (np.where(np.arange(ROWS) < 20, np.nan, TEMP), "NaN against a value"),
        (np.where(np.arange(ROWS) < 20, np.inf, TEMP), "infinity against a value"),
        (np.where(np.arange(ROWS) < 3, TEMP * 1.8, TEMP), "unit factor"),
        (np.concatenate([[0.0], TEMP[:-1]]), "write lag"),
        (TEMP.astype(np.float32).astype(float), "rounding"),
    ],
)
def test_a_pattern_in_few_rows_or_in_values_that_are_no_numbers_is_named(
    found: Any, cause: str
) -> None:
    assert compared(TEMP, found).causes[0].name == cause


def test_whole_numbers_beyond_doubles_are_compared_exactly_with_doubles() -> None:
    told = compared(LARGE, LARGE.astype(float), "int64")

    assert told.mismatches == (LARGE.astype(float).astype(int) != LARGE).sum() > 250
    assert [each.name for each in told.causes] == ["rounding"]
    assert "as 64-bit floating-point numbers" in told.causes[0].evidence
    assert compared(IDS, IDS.astype(float), "int64").mismatches == 0
    assert compared(IDS, IDS + 1, "int64").causes[0].name == "offset"


def test_nan_is_among_the_worst_and_nothing_compared_is_no_pass() -> None:
    here = pa.table({"k": ["a", "b", "c"], "v": [1.0, 2.0, 3.0]})
    there = pa.table({"k": ["a", "b", "c"], "v": [1.5, float("nan"), 9.0]})
    away = pa.table({"k": ["x"], "v": [1.0]})

    examples, apart, nothing = (
        compare("x", measure(one, other, ["k"], {"v": "v"}, {"v": Tolerance()}))
        for one, other in ((here, there), (here, away), (here.slice(0, 0), here.slice(0, 0)))
    )

    assert [each.keys["k"] for each in examples.features["v"].examples] == ["b", "c", "a"]
    assert (apart.status, apart.features["v"].status) == ("failed", "not evaluated")
    assert nothing.status == "not evaluated"
