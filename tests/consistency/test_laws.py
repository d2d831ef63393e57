"""Comparing equals a naive comparison row by row, whatever the tables hold."""

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.consistency.comparison import compare
from featuretrail.domain.consistency.judging import confidence, judged, worst
from featuretrail.domain.consistency.measured import measure
from featuretrail.domain.consistency.measures import quantiles, smape
from featuretrail.domain.consistency.tolerance import Tolerance, check_tolerances

TYPES = {"float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_(), "text": pa.string()}

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "float64": st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-12, 2.5, math.nan, math.inf, -math.inf]),
    "int64": st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63)]),
    "bool": st.booleans(),
    "text": st.sampled_from(["", "a", "b", "é"]),
}

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["x", "y", "1"]),
        st.sampled_from([0, 1, 12, 2**63 - 1, -(2**63)]),
        *(st.none() | each for each in VALUES.values()),
    ),
    max_size=12,
)


def table(rows: list[tuple[Any, ...]]) -> pa.Table:
    types = [pa.string(), pa.int64(), *TYPES.values()]
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    names = ["k", "n", *TYPES]
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})


def agree(kind: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    if kind != "float64":
        return bool(left == right)
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=0)


@given(ROWS, ROWS)
def test_a_comparison_equals_a_naive_one(
    left: list[tuple[Any, ...]], right: list[tuple[Any, ...]]
) -> None:
    tables = measure(
        table(left),
        table(right),
        ["k", "n"],
        {name: name for name in TYPES},
        check_tolerances(None, {name: name for name in TYPES}),
    )
    found = compare("other", tables)

    here: dict[Any, Any] = {}
    there: dict[Any, Any] = {}
    for rows, side in ((left, here), (right, there)):
        for row in rows:
            side.setdefault(row[:2], row[2:])
    both = [key for key in here if key in there]
    assert found.compared == len(both)
    assert found.missing == len(here) - len(both)
    assert found.extra == sum(row[:2] not in here for row in right)
    assert found.expected_duplicates == len(left) - len(here)
    known = [row for row in right if row[:2] in here]
    assert found.found_duplicates == len(known) - len({row[:2] for row in known})
    for place, name in enumerate(TYPES):
        wrong = [key for key in both if not agree(name, here[key][place], there[key][place])]
        told = found.features[name]
        assert told.mismatches == len(wrong)
        nulls = [key for key in wrong if here[key][place] is None]
        assert told.null_expected == len(nulls)
    assert found.to_dict()["features"].keys() == TYPES.keys()


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6, allow_nan=False), st.floats(-1e6, 1e6, allow_nan=False)),
        min_size=1,
    )
)
def test_smape_and_quantiles_follow_their_definitions(pairs: list[tuple[float, float]]) -> None:
    a, b = (np.array(each) for each in zip(*pairs, strict=True))
    unlike = a != b
    distances = np.abs(a - b)[unlike]
    naive = [0.0 if x == y else 2 * abs(x - y) / (abs(x) + abs(y)) for x, y in pairs]

    assert smape(a[unlike], b[unlike], distances, len(pairs)) == pytest.approx(np.mean(naive))
    told = quantiles(distances, int((~unlike).sum()))
    whole = np.abs(a - b)
    assert told["p50"] == np.quantile(whole, 0.5, method="inverted_cdf")
    assert told["max"] == whole.max()


def test_the_difference_of_integers_is_exact_where_a_double_is_not() -> None:
    near = pa.table({"k": ["a"], "v": pa.array([2**62 + 1])})
    far = pa.table({"k": ["a"], "v": pa.array([2**62])})
    tables = measure(near, far, ["k"], {"v": "v"}, {"v": Tolerance()})

    assert compare("x", tables).features["v"].distances["max"] == 1.0


def test_confidence_grows_with_evidence_and_coverage() -> None:
    scores = [confidence(0, size, size) for size in (1, 10, 100, 1_000, 100_000)]
    assert all(each is not None for each in scores)
    assert scores == sorted(scores, key=lambda each: each or 0)
    assert scores[1] == pytest.approx(72.2467, abs=1e-3)
    assert confidence(0, 100, 200) == pytest.approx((scores[2] or 0) / 2, abs=1e-3)
    assert confidence(0, 0, 10) is None


def test_limits_say_what_warns_and_what_fails() -> None:
    assert [judged(count, 1_000, 0.01) for count in (0, 1, 10, 11)] == [
        "passed",
        "warning",
        "warning",
        "failed",
    ]
    assert worst(["passed", "not evaluated"]) == "passed"
    assert worst([]) == "not evaluated"
    for wrong in ({"missing": 2}, {"extra": -0.1}, {"mismatches": "few"}):
        with pytest.raises(ft.InvalidInputError):
            ft.ConsistencyLimits(**wrong)
