"""Columns of every type as a feature may have them, and shorthands for checks of one feature."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from featuretrail.domain.drift.measure import Measures, measure
from featuretrail.domain.drift.profile import profile_of
from featuretrail.domain.drift.thresholds import Thresholds
from featuretrail.domain.drift.verdict import Verdict, judge
from featuretrail.domain.dtypes import ARROW_TYPES

INT64 = st.integers(-(2**63), 2**63 - 1)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "float64": st.floats() | st.sampled_from([0.0, -0.0, 1.5]),
    "int64": INT64 | st.integers(-3, 3),
    "timestamptz": INT64,
    "bool": st.booleans(),
    "text": st.text(max_size=4) | st.sampled_from(["a", "b", "é" * 300]),
}


@st.composite
def typed_columns(draw: st.DrawFn, columns: int = 1, most: int = 80) -> tuple[str, list[pa.Array]]:
    """A type and columns of it: nulls, NaN, infinities, extremes, ties, or nothing at all."""
    dtype = draw(st.sampled_from(sorted(CELLS)))
    cells = st.lists(st.none() | CELLS[dtype], max_size=most)
    kind = pa.int64() if dtype == "timestamptz" else ARROW_TYPES[dtype]
    return dtype, [pa.array(draw(cells), kind).cast(ARROW_TYPES[dtype]) for _ in range(columns)]


def normal(seed: int, rows: int, mean: float = 0.0, std: float = 1.0) -> np.ndarray[Any, Any]:
    """Normal values, the same for the same seed."""
    return np.random.default_rng(seed).normal(mean, std, rows)


def autoregressive(seed: int, rows: int, correlation: float = 0.9) -> np.ndarray[Any, Any]:
    """An AR(1) process of unit variance, long past its start."""
    steps = normal(seed, rows + 300) * np.sqrt(1.0 - correlation**2)
    values = np.empty(len(steps))
    last = 0.0
    for place, step in enumerate(steps):
        last = correlation * last + step
        values[place] = last
    return values[300:]


def measured(reference: object, current: object, dtype: str = "float64") -> Measures:
    """The measures of a window against the profile of a baseline."""
    return measure(profile_of(reference, dtype), current, dtype)


def verdict(
    reference: object,
    current: object,
    dtype: str = "float64",
    thresholds: Thresholds | None = None,
) -> Verdict:
    """The verdict on one feature in a check of its own."""
    return judge({"f": measured(reference, current, dtype)}, thresholds)["f"]
