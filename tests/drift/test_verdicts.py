"""Verdicts: every real change is told, in words, and nothing else."""

import json
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from featuretrail.domain.drift.measure import measure
from featuretrail.domain.drift.profile import profile_of
from featuretrail.domain.drift.thresholds import Thresholds
from featuretrail.domain.drift.verdict import Verdict, judge
from featuretrail.domain.errors import InvalidDefinitionError
from tests.drift.strategies import autoregressive, measured, normal, typed_columns, verdict

BASELINE = profile_of(normal(0, 10_000), "float64")


def against_baseline(current: object) -> Verdict:
    return judge({"f": measure(BASELINE, current, "float64")})["f"]


def test_a_move_is_told_with_its_size_and_how_sure_it_is() -> None:
    found = against_baseline(normal(1, 5_000, 0.8))

    assert found.status == "drift"
    assert found.drifted
    assert (found.drift_type, found.measure, found.severity) == ("statistical", "ks", "high")
    assert found.change == "moved up by 0.58 IQR"
    assert found.score == pytest.approx(0.31, abs=0.02)
    assert found.threshold == 0.05
    assert found.sentence("14 July").startswith("f moved up by 0.58 IQR since 14 July; KS 0.3, ")
    assert found.words.startswith("moved up by 0.58 IQR; KS 0.3, adjusted p ")


def test_other_changes_of_numbers_have_words_of_their_own() -> None:
    random = np.random.default_rng(2)
    wide, narrow = (
        against_baseline(normal(1, 2_000, 0, 2)),
        against_baseline(normal(1, 2_000, 0, 0.5)),
    )
    two_humps = against_baseline(normal(1, 3_000, 0, 0.3) + random.choice([-0.75, 0.75], 3_000))
    tails = normal(1, 100_000)
    tails[::50] *= 40.0

    assert wide.change == "spread out to 2 times its IQR"
    assert narrow.change.startswith("narrowed to 0.5")
    assert two_humps.status == "drift"
    assert against_baseline(tails).measure == "wasserstein"
    assert against_baseline(normal(1, 500, -3)).change.startswith("moved down by 2.2 IQR")


def test_an_outlier_does_not_hide_a_half_sigma_shift() -> None:
    """From equal-width bins it does."""
    reference, current = np.append(normal(3, 5_000), 1e6), np.append(normal(4, 1_000, 0.5), -1e6)

    assert verdict(reference, current).change.startswith("moved up by 0.3")
    assert verdict(reference, np.append(normal(4, 1_000), 1e6)).status == "stable"


def test_a_shift_of_tiny_values_is_as_large_as_any_other() -> None:
    """Under an absolute floor of the spread it vanishes."""
    for unit in (1e-5, 1e-300, 1e300):
        found = verdict(normal(3, 5_000) * unit, normal(4, 1_000, 0.5) * unit)
        assert found.change.startswith("moved up by 0.3"), unit


def test_nulls_nan_and_infinities_are_told_of() -> None:
    half = pa.array([None if k % 2 else x for k, x in enumerate(normal(5, 1_000).tolist())])
    some_nan, some_infinite = normal(5, 1_000), normal(6, 1_000)
    some_nan[::20], some_infinite[::20] = np.nan, -np.inf
    nulls = against_baseline(half)

    assert nulls.change == "null share rose from 0 % to 50 %"
    assert (nulls.status, nulls.measure, nulls.severity) == ("drift", "null_share", "critical")
    assert against_baseline(some_nan).change == "NaN share rose from 0 % to 5.0 %"
    assert against_baseline(some_infinite).change == "infinite share rose from 0 % to 5.0 %"
    assert verdict(half, normal(7, 1_000)).change == "null share fell from 50 % to 0 %"
    assert verdict(half, half).status == "stable"


def test_a_move_and_nulls_are_told_together() -> None:
    current = pa.array([None if k % 10 == 0 else 2.0 + x for k, x in enumerate(normal(5, 1_000))])

    assert "null share rose from 0 % to 10 %" in against_baseline(current).change
    assert "moved up by 1.5 IQR" in against_baseline(current).change


@pytest.mark.parametrize("dtype", ["float64", "text"])
def test_a_window_of_nulls_only_is_critical(dtype: str) -> None:
    values = normal(0, 1_000) if dtype == "float64" else ["a", "b"] * 500
    kind = pa.float64() if dtype == "float64" else pa.string()
    found = verdict(pa.array(values, kind), pa.nulls(500, kind), dtype)

    assert (found.status, found.severity, found.drifted) == ("critical", "critical", True)
    assert found.change == "has no values: null share rose from 0 % to 100 %"
    assert verdict(pa.nulls(500, kind), pa.nulls(500, kind), dtype).status == "insufficient"
    assert verdict(pa.nulls(500, kind), pa.array(values, kind), dtype).change == (
        "null share fell from 100 % to 0 %"
    )


def test_a_window_of_nan_only_is_critical() -> None:
    found = against_baseline(np.full(100, np.nan))

    assert found.change == "has no values: NaN share rose from 0 % to 100 %"
    assert found.status == "critical"


def test_constants_are_told_apart() -> None:
    five, six = np.full(200, 5.0), np.full(200, 6.0)

    assert verdict(five, five).status == "stable"
    assert verdict(five, six).change == "is constant at 6 and was at 5"
    assert verdict(five, normal(1, 200)).status == "drift"
    assert against_baseline(five).change == "became constant at 5"
    assert against_baseline(np.zeros(200)).change == "became constant at 0"
    assert verdict(["a", "b"] * 200, ["a"] * 200, "text").change == "became constant at 'a'"
    assert verdict(["a"] * 200, ["a"] * 200, "text").status == "stable"
    assert verdict(["a"] * 200, ["b"] * 200, "text").change == "is constant at 'b' and was at 'a'"


def test_a_stuck_sensor_is_found_however_much_its_rows_depend_on_each_other() -> None:
    reference = autoregressive(1, 10_000)

    assert verdict(reference, autoregressive(2, 50)).status == "insufficient"
    assert verdict(reference, np.full(50, 0.1)).change == "became constant at 0.1"


def test_small_and_empty_windows_are_said_to_be_so() -> None:
    few, none = against_baseline(normal(1, 29, 5.0)), against_baseline(np.array([]))

    assert (few.status, few.drifted, few.score) == ("insufficient", False, None)
    assert few.change == "is not judged: 29 rows, and 30 are needed"
    assert (none.status, none.change) == ("empty", "has no rows in the window")
    assert verdict(normal(1, 5), normal(1, 500)).change == (
        "is not judged: the baseline has 5 rows, and 30 are needed"
    )
    assert verdict(np.array([]), normal(1, 500)).status == "insufficient"
    assert against_baseline(normal(1, 30, 5.0)).status == "drift"


def test_irrelevant_shifts_of_many_rows_are_not_told() -> None:
    """At 100,000 rows a shift of 0.02 sigma is certain, and no one's business."""
    found = verdict(normal(1, 100_000), normal(2, 100_000, 0.03))

    assert found.status == "stable"
    assert found.adjusted_p is not None
    assert found.adjusted_p < 1e-5


def test_fifty_stable_features_raise_no_alarm() -> None:
    """At 100 rows, bare p < 0.05 raises one in 95 % of checks, PSI > 0.1 in all."""
    alarms = bare = 0
    for check in range(10):
        checked = {
            str(k): measure(BASELINE, normal(1_000 * check + k, 100), "float64") for k in range(50)
        }
        bare += any(each.ordered and each.ordered.ks_p < 0.05 for each in checked.values())
        alarms += any(each.drifted for each in judge(checked).values())
    assert bare >= 8
    assert alarms <= 1


def test_autocorrelated_features_raise_no_alarm() -> None:
    """AR(1) 0.9 taken as independent raises one in 67 % of checks."""
    profile = profile_of(autoregressive(1, 20_000), "float64")
    windows = [autoregressive(k, 1_000) for k in range(2, 27)]
    careful = judge({str(k): measure(profile, each, "float64") for k, each in enumerate(windows)})
    careless = judge(
        {str(k): measure(profile, each, "float64", block=1) for k, each in enumerate(windows)}
    )

    assert not any(each.drifted for each in careful.values())
    assert sum(each.drifted for each in careless.values()) > 5
    moved = judge({"f": measure(profile, windows[0] + 2.0, "float64")})["f"]
    assert moved.status == "drift"


def test_two_thousand_stable_categories_are_stable() -> None:
    """Their raw PSI is far beyond 0.1."""
    random = np.random.default_rng(8)
    names = np.array([f"category {k}" for k in range(2_000)])
    found = verdict(random.choice(names, 20_000), random.choice(names, 10_000), "text")
    raw = found.details["categories"]["bins"]["psi_raw"]

    assert raw > 0.1
    assert found.status == "stable"


def test_a_new_category_in_one_percent_of_rows_is_told() -> None:
    """Its PSI stays below 0.1."""
    reference, current = ["a", "b", "c"] * 2_000, ["a", "b", "c"] * 330
    found = verdict(reference, [*current, *["XX"] * 10], "text")

    assert found.words.startswith("has the new category 'XX' in 1.0 % of rows; unseen share 0.01")
    assert (found.drift_type, found.measure) == ("distribution", "unseen_share")
    several = verdict(reference, [*current, *["XX"] * 6, *["YY"] * 4], "text")
    assert several.change == "has 2 new categories in 1.0 % of rows, most often 'XX'"


def test_categories_of_one_row_each_are_always_new_and_no_drift() -> None:
    ids = [f"id {k}" for k in range(12_000)]
    found = verdict(ids[:10_000], ids[10_000:], "text")

    assert found.status == "stable"
    assert found.details["categories"]["unseen_share"] > 0.9


def test_shares_of_categories_and_booleans_are_told() -> None:
    found = verdict(["a", "b"] * 1_000, ["a", "a", "a", "b"] * 200, "text")
    flags = verdict([True, False] * 1_000, [True, True, True, False] * 100, "bool")

    assert found.change == "share of 'a' rose from 50 % to 75 %"
    assert flags.change in {
        "share of 'true' rose from 50 % to 75 %",
        "share of 'false' fell from 50 % to 25 %",
    }
    assert verdict([True, False] * 500, [False, True] * 500, "bool").status == "stable"


def test_a_change_among_very_many_categories_is_found() -> None:
    random = np.random.default_rng(9)
    names = np.array([f"user {k}" for k in range(6_000)])
    reference, current = random.choice(names, 30_000), random.choice(names, 5_000)
    one = current.copy()
    one[::8] = "user 17"

    assert verdict(reference, current, "text").status == "stable"
    assert verdict(reference, one, "text").status == "drift"


def test_times_and_whole_numbers_are_compared_exactly() -> None:
    day = 86_400_000_000
    instant = pa.timestamp("us", tz="UTC")
    times = np.arange(1_000, dtype=np.int64) * (day // 100)
    order = np.random.default_rng(1).permutation(1_000)
    was, now = (
        pa.array(each, pa.int64()).cast(instant) for each in (times[order], times[order] + 3 * day)
    )
    big = np.full(100, 2**62, dtype=np.int64)

    assert verdict(was, now, "timestamptz").change == "moved later by 3 days"
    assert verdict(big, big + 1, "int64").change == f"is constant at {2**62 + 1} and was at {2**62}"
    extremes = np.array([-(2**63), 2**63 - 1] * 100, dtype=np.int64)
    assert verdict(extremes, extremes, "int64").status == "stable"


def test_heavy_ties_are_compared_without_false_alarm() -> None:
    random = np.random.default_rng(3)
    reference = random.choice([0.0, 0.0, 0.0, 0.0, 1.0, 2.5], 10_000)

    assert (
        verdict(reference, random.choice([0.0, 0.0, 0.0, 0.0, 1.0, 2.5], 1_000)).status == "stable"
    )
    assert verdict(reference, random.choice([0.0, 1.0, 2.5], 1_000)).status == "drift"


@settings(max_examples=60)
@given(typed_columns(columns=2))
def test_any_two_windows_have_a_verdict_that_is_json(given: tuple[str, list[pa.Array]]) -> None:
    dtype, (reference, current) = given
    found = verdict(reference, current, dtype, Thresholds(min_rows=1, min_size=1))

    told = found.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False))["status"] == found.status
    assert (found.severity is not None) == found.drifted == (found.drift_type is not None)
    assert found.words


def test_a_window_that_is_the_baseline_is_stable_in_every_type() -> None:
    for values, dtype in (
        (normal(1, 500), "float64"),
        (np.arange(500) % 7, "int64"),
        ([True, False] * 250, "bool"),
        (["a", "b"] * 250, "text"),
    ):
        assert verdict(values, values, dtype).status == "stable"


def test_severity_rises_with_the_move() -> None:
    order = ["low", "medium", "high", "critical"]
    given = [against_baseline(normal(1, 5_000, d)).severity for d in (0.2, 0.5, 1.0, 3.0)]
    ranks = [order.index(str(each)) for each in given]

    assert all(one <= two for one, two in pairwise(ranks))
    assert (given[0], given[-1]) == ("low", "critical")


def test_thresholds_are_per_feature_and_alpha_may_be_given() -> None:
    measures = {name: measured(normal(0, 5_000), normal(1, 2_000, 0.3)) for name in ("a", "b")}
    found = judge(measures, {"a": Thresholds(ks=0.9, psi=9.0, wasserstein=9.0)})

    assert (found["a"].status, found["b"].status) == ("stable", "drift")
    assert judge(measures, alpha=1e-300)["b"].status == "stable"
    assert judge({}) == {}


def test_thresholds_survive_json_and_refuse_nonsense() -> None:
    given = Thresholds(alpha=0.01, ks=0.2, bands=(1.0, 2.0, 3.0), min_rows=5)

    assert Thresholds.from_dict(json.loads(json.dumps(given.to_dict()))) == given
    assert Thresholds.from_dict({"ks": 0.1}) == Thresholds(ks=0.1)
    for wrong in (
        {"kss": 1},
        {"alpha": 1.0},
        {"ks": -1},
        {"ks": float("nan")},
        {"bands": [3, 2, 1]},
        {"bands": 5},
        {"bands": "low"},
        {"alpha": "a twentieth"},
        {"alpha": None},
        {"min_rows": 0},
        {"min_size": 10**400},
    ):
        with pytest.raises(InvalidDefinitionError):
            Thresholds.from_dict(wrong)
