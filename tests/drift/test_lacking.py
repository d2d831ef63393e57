"""Windows without any value, and rows of seasons that the baseline has not."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from featuretrail.domain.drift.concept import measure_concept
from featuretrail.domain.drift.seasonal import seasonal_profile_of
from featuretrail.domain.drift.seasons import Season
from featuretrail.domain.drift.verdict import Verdict, judge
from tests.drift.strategies import autoregressive, normal, verdict

HOUR = 3_600_000_000
JANUARY = np.arange(31 * 24, dtype=np.int64) * HOUR
JULY = JANUARY + 181 * 24 * HOUR


def nothing(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.float64())


def with_outages(rows: int, length: int, between: int) -> pa.Array:
    """Values with outages of ``length`` rows, that depend on each other in having a value."""
    held = np.arange(rows) % (length + between) < between
    return pa.array(normal(1, rows), mask=~held)


@pytest.mark.parametrize("rows", [8, 20, 30, 48, 168, 500])
@pytest.mark.parametrize(
    "reference",
    [normal(0, 5_000), autoregressive(1, 5_000), with_outages(5_000, 100, 300)],
    ids=["independent", "autocorrelated", "with outages"],
)
def test_a_window_without_a_value_is_critical_however_small_or_dependent(
    reference: Any, rows: int
) -> None:
    found = verdict(reference, nothing(rows))

    assert (found.status, found.severity, found.measure) == ("critical", "critical", "null_share")
    assert found.change.startswith("has no values: null share rose from ")
    assert found.drifted
    assert found.evidence


def test_hardly_any_rows_and_values_that_are_rare_anyway_are_no_news() -> None:
    rare = pa.array([1.0 if k % 50 == 0 else None for k in range(5_000)])

    assert verdict(normal(0, 5_000), nothing(7)).status == "insufficient"
    assert verdict(rare, nothing(30)).status == "insufficient"
    assert verdict(rare, nothing(300)).status == "critical"
    never = verdict(nothing(500), nothing(500))
    assert (never.status, never.change) == (
        "insufficient",
        "is not judged: it has no values, and neither has its baseline",
    )
    assert verdict(rare, nothing(0)).status == "empty"


def in_january(values: object, times: Any) -> Verdict:
    profile = seasonal_profile_of(normal(1, len(JANUARY)), "float64", JANUARY, Season.of("month"))
    return judge({"f": profile.measure(values, times)})["f"]


def test_rows_of_seasons_that_the_baseline_has_not_are_told() -> None:
    july = in_january(normal(2, len(JULY)), JULY)
    both = in_january(normal(2, 2 * len(JULY)), np.concatenate([JANUARY, JULY]))

    assert (july.status, july.change) == (
        "insufficient",
        "is not judged: all of its 744 rows are of seasons that the baseline has not",
    )
    assert both.status == "stable"
    assert both.words.endswith(", without 744 of 1488 rows, of seasons that the baseline has not")
    assert in_january(nothing(len(JULY)), JULY).status == "critical"


def test_a_relation_without_any_pair_is_said_to_be_so_and_times_are_told_as_such() -> None:
    outcomes = np.arange(len(JANUARY)) % 3 == 0
    times = pa.array(JANUARY).cast(pa.timestamp("us", tz="UTC"))
    none = measure_concept(
        normal(1, 700), outcomes[:700], nothing(700), outcomes[:700], "float64", "bool"
    )
    turned = measure_concept(times, outcomes, times, ~outcomes, "timestamptz", "bool")

    assert judge({"f": none})["f"].words == "is not judged: no row has both a value and an outcome"
    assert "where it is up to 1970-01-" in judge({"f": turned})["f"].change
