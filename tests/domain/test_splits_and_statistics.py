"""Splits and statistics of a matrix."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.splits import Split
from featuretrail.domain.statistics import column_statistics


def test_a_split_is_the_same_on_every_machine() -> None:
    assert Split(seed=42, fractions={"a": 0.5, "b": 0.5}).assign(8).to_pylist() == [
        "b", "a", "b", "b", "a", "b", "b", "b",
    ]  # fmt: skip


@given(st.integers(0, 2**32), st.integers(0, 300), st.integers(0, 300))
def test_more_rows_never_move_earlier_ones(seed: int, rows: int, more: int) -> None:
    split = Split(seed=seed)
    assert split.assign(rows + more)[:rows].equals(split.assign(rows))


def test_shares_are_as_asked() -> None:
    parts = Split(seed=1, fractions={"train": 0.7, "test": 0.3}).assign(100_000).to_numpy(False)
    assert abs((parts == "train").mean() - 0.7) < 0.01


def test_a_split_survives_its_dict() -> None:
    split = Split(seed=3, fractions={"a": 0.25, "b": 0.75})
    assert Split.from_dict(split.to_dict()) == split


@pytest.mark.parametrize(
    ("seed", "fractions"),
    [(-1, {"a": 1}), (1.5, {"a": 1}), (0, {}), (0, {"a": 0.5}), (0, {"a": 2, "b": -1}), (0, 0.8)],
)
def test_a_split_that_makes_no_sense_is_refused(seed: Any, fractions: Any) -> None:
    with pytest.raises(InvalidDefinitionError):
        Split(seed=seed, fractions=fractions)


def test_statistics_ignore_nan_and_infinity_and_count_nulls() -> None:
    table = pa.table(
        {
            "x": pa.array([1.0, 3.0, None, float("nan"), float("inf")]),
            "s": pa.array(["a", "b", "a", None, "c"]),
            "none": pa.array([None] * 5, pa.float64()),
        }
    )
    x, s, none = column_statistics(table)
    assert (x["mean"], x["std"], x["nulls"], x["nan"]) == (2.0, 1.0, 1, 1)
    assert (s["distinct"], s["nulls"]) == (3, 1)
    assert none["mean"] is None
    assert none["nulls"] == 5


def test_statistics_of_an_empty_table_are_empty_not_an_error() -> None:
    (x,) = column_statistics(pa.table({"x": pa.array([], pa.float64())}))
    assert x["rows"] == 0
    assert x["minimum"] is None


def test_numbers_agree_with_numpy() -> None:
    values = np.random.default_rng(0).normal(size=1000)
    (x,) = column_statistics(pa.table({"x": values}))
    assert x["mean"] == pytest.approx(values.mean())
    assert x["std"] == pytest.approx(values.std())
