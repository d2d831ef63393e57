"""What features cost, judged: scores, distributions, versions against earlier ones, hints."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.performance.distribution import Bucket, Distribution
from featuretrail.domain.performance.hints import FeatureFacts, GroupFacts, Period, hints
from featuretrail.domain.performance.regressions import (
    Comparison,
    compare_versions,
    in_order,
    slower_p,
)
from featuretrail.domain.performance.score import DEFAULT_BUDGET_MS, check_budget, score
from featuretrail.domain.performance.summary import CostSummary, FeaturePerformance

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def buckets(times: Sequence[float], version: str | None = "1.0.0", **facts: Any) -> list[Bucket]:
    """Each time a bucket of one use."""
    return [
        evolve(
            Bucket(
                "weather.temp", version, "training", 0, 1, 1, float(t), float(t),
                None, 0, None, 0, None, None, 0, 0, NOON, NOON,
            ),
            **facts,
        )
        for t in times
    ]  # fmt: skip


def compared(*times: Sequence[float], **facts: Any) -> tuple[Comparison, ...]:
    """Versions 1.0.0, 1.1.0 ... with their times, compared."""
    versions = [buckets(each, f"1.{n}.0", **facts) for n, each in enumerate(times)]
    return compare_versions([bucket for each in versions for bucket in each])


def test_a_score_is_full_within_the_budget_and_halves_with_twice_of_it() -> None:
    assert [score(t, 100.0) for t in (0.0, 100.0, 200.0, 1000.0)] == [100.0, 100.0, 50.0, 10.0]


@given(st.floats(0, 1e300), st.floats(0, 1e300), st.floats(1e-300, 1e300))
def test_a_score_is_from_0_to_100_and_never_grows_with_the_time(
    time: float, other: float, budget: float
) -> None:
    fast, slow = sorted([time, other])

    assert 0.0 <= score(slow, budget) <= score(fast, budget) <= 100.0


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), "5", None, True])
def test_a_budget_is_a_number_above_0(wrong: Any) -> None:
    with pytest.raises(InvalidInputError, match="budget_ms"):
        check_budget(wrong)
    assert check_budget(5) == 5.0


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 50)), min_size=1, max_size=30),
    st.floats(0.1, 100),
)
def test_a_percentile_is_the_nearest_rank_of_all_uses(
    counted: list[tuple[float, int]], percent: float
) -> None:
    repeated = [time for time, uses in counted for _ in range(uses)]
    found = Distribution.of(
        [
            evolve(each, uses=uses, milliseconds=time * uses)
            for time, uses in counted
            for each in buckets([time])
        ]
    )

    assert found.count == len(repeated)
    expected = np.quantile(repeated, percent / 100, method="inverted_cdf")
    assert found.percentile(percent) == pytest.approx(expected, rel=1e-9)


def test_a_sample_keeps_the_distribution() -> None:
    times = np.random.default_rng(1).lognormal(size=100_000)
    whole = Distribution.of_times(list(times))

    sample = whole.sample(1000)

    assert len(sample) == 1000
    assert np.quantile(sample, [0.5, 0.95]) == pytest.approx(
        [whole.percentile(50), whole.percentile(95)], rel=0.02
    )


def test_a_summary_weighs_by_uses_and_averages_what_is_known() -> None:
    [fast] = buckets([1.0], uses=98, milliseconds=98.0, rows=196, row_uses=98)
    [slow] = buckets([200.0], cpu=50.0, cpu_uses=1, memory=8.0, memory_uses=1, most_memory=8.0)
    [other] = buckets([200.0], cpu=150.0, cpu_uses=1)

    found = CostSummary.of([slow, fast, other], 100.0)

    assert (found.uses, found.measurements) == (100, 3)
    assert found.mean_ms == pytest.approx(4.98)
    assert (found.p50_ms, found.p95_ms, found.p99_ms, found.max_ms) == (1.0, 1.0, 200.0, 200.0)
    assert (found.cpu_ms, found.memory_mb, found.max_memory_mb) == (100.0, 8.0, 8.0)
    assert (found.rows_per_use, found.score) == (2.0, 100.0)


def test_versions_are_ordered_as_versions_and_what_has_none_comes_first() -> None:
    assert in_order(["1.10.0", None, "1.2.0"]) == [None, "1.2.0", "1.10.0"]


def test_a_performance_tells_versions_contexts_and_trends() -> None:
    starts = [NOON + timedelta(days=day) for day in range(4)]
    early, late = buckets([10.0] * 20, part=0), buckets([30.0] * 20, part=3)
    online = buckets([1.0] * 3, None, context="inference", part=1)

    found = FeaturePerformance.of(
        "weather.temp", [*early, *late, *online],
        starts=starts, until=NOON + WEEK, position=7, behind=0, budget_ms=15.0,
    )  # fmt: skip

    assert [each.version for each in found.versions] == [None, "1.0.0"]
    assert sorted(found.contexts) == ["inference", "training"]
    assert found.score == 50.0
    [_, version] = found.versions
    assert [(p.uses, p.p95_ms) for p in version.trend] == [
        (20, 10.0),
        (0, None),
        (0, None),
        (20, 30.0),
    ]
    assert version.change == 3.0
    assert found.versions[0].change is None
    assert found.to_dict()["versions"][1]["trend"][1] == {
        "since": starts[1].isoformat(), "uses": 0, "p50_ms": None, "p95_ms": None,
    }  # fmt: skip
    assert "1.0.0" in found._repr_html_()


def test_nothing_measured_has_no_score() -> None:
    found = FeaturePerformance.of(
        "weather.temp", [], starts=[NOON], until=NOON, position=0, behind=0, budget_ms=100.0
    )

    assert (found.total, found.score, found.versions) == (None, None, ())


def test_a_version_that_takes_three_times_as_long_is_slower() -> None:
    numbers = np.random.default_rng(7)
    before, after = numbers.normal(10, 1, 180), numbers.normal(31, 3, 200)

    [found] = compared(list(before), list(after))

    assert found.slower
    assert (found.version, found.baseline, found.uses, found.baseline_uses) == (
        "1.1.0", "1.0.0", 200, 180,
    )  # fmt: skip
    assert found.ratio == pytest.approx(
        np.quantile(after, 0.95, method="inverted_cdf")
        / np.quantile(before, 0.95, method="inverted_cdf")
    )
    assert str(found).startswith("weather.temp (training): 1.1.0 is 3.")
    assert "x slower than 1.0.0 at p95" in str(found)
    assert "n=200 against 180, p=" in str(found)


def test_a_version_whose_slowest_uses_alone_became_slower_is_slower() -> None:
    numbers = np.random.default_rng(3)
    before, after = numbers.normal(10, 1, 400), numbers.normal(10, 1, 400)
    after[:40] *= 5

    [found] = compared(list(before), list(after))

    assert found.slower
    assert stats.mannwhitneyu(after, before, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("factor", [0.3, 1.0, 1.1])
def test_a_version_that_is_faster_or_hardly_slower_is_not(factor: float) -> None:
    numbers = np.random.default_rng(5)

    [found] = compared(
        list(numbers.normal(10, 0.2, 500)), list(factor * numbers.normal(10, 0.2, 500))
    )

    assert found.verdict == "not slower"


def test_p_is_that_of_scipys_tests() -> None:
    numbers = np.random.default_rng(11)
    before, after = numbers.lognormal(0, 1, 60), numbers.lognormal(0.3, 1, 80)
    shift = stats.mannwhitneyu(after, before, alternative="greater").pvalue
    bound = np.quantile([*before, *after], 0.95, method="inverted_cdf")
    above = [int((after > bound).sum()), int((before > bound).sum())]
    tail = stats.hypergeom.sf(above[0] - 1, 140, sum(above), 80)

    found = slower_p(Distribution.of_times(list(before)), Distribution.of_times(list(after)))

    assert found == pytest.approx(min(1.0, 2 * min(shift, tail)))


def test_versions_that_cost_the_same_are_seldom_called_slower() -> None:
    """Of 300 pairs that are equal in truth, at most 5 % may be, and then some for chance."""
    numbers = np.random.default_rng(13)
    pairs = [
        [evolve(each, feature_name=f"group.f{pair}") for each in buckets(times, version)]
        for pair in range(300)
        for version, times in (
            ("1.0.0", list(numbers.lognormal(1, 0.5, 50))),
            ("1.1.0", list(numbers.lognormal(1, 0.5, 50))),
        )
    ]

    together = compare_versions([bucket for pair in pairs for bucket in pair])
    alone = [
        compare_versions([*one, *other])[0].slower
        for one, other in zip(pairs[::2], pairs[1::2], strict=True)
    ]

    assert sum(each.slower for each in together) <= 3  # after Benjamini and Hochberg
    assert sum(alone) <= 15 + 12


def test_few_uses_and_calls_of_other_sizes_are_not_compared() -> None:
    [few] = compared([10.0] * 19, [30.0] * 200)
    small = buckets([10.0] * 50, "1.0.0", rows=10, row_uses=1)
    large = buckets([30.0] * 50, "1.1.0", rows=1000, row_uses=1)
    [unlike] = compare_versions([*small, *large])

    assert (few.verdict, few.p, unlike.verdict) == ("too few uses", None, "unlike calls")
    assert (unlike.rows_per_use, unlike.baseline_rows_per_use) == (1000.0, 10.0)
    assert "is not compared with 1.0.0: unlike calls" in str(unlike)


def test_each_version_is_compared_with_the_one_before_it_in_its_own_context() -> None:
    online = buckets([1.0] * 30, "1.0.0", context="inference")
    training = [
        bucket
        for version in ("1.10.0", "1.0.0", "1.9.0")
        for bucket in buckets([1.0] * 30, version)
    ]

    found = compare_versions([*online, *training, *buckets([1.0] * 30, None)])

    assert [(each.context, each.baseline, each.version) for each in found] == [
        ("training", "1.0.0", "1.9.0"),
        ("training", "1.9.0", "1.10.0"),
    ]


def test_a_version_that_took_no_time_before_has_no_ratio() -> None:
    [found] = compared([0.0] * 50, [5.0] * 50)

    assert (found.ratio, found.slower) == (None, True)
    assert "ever so much slower" in str(found)


GROUP = GroupFacts("weather", timedelta(hours=6), rows=1000)
PERIOD = Period(NOON - WEEK, NOON, NOON - 2 * WEEK, uses=5000)


def feature(**facts: Any) -> FeatureFacts:
    return evolve(FeatureFacts("weather.temp", GROUP, 100.0, {}), **facts)


def cost(milliseconds: float, uses: int, **facts: Any) -> CostSummary:
    return CostSummary.of(
        buckets([milliseconds], uses=uses, milliseconds=milliseconds * uses, **facts), 100.0
    )


def kinds(facts: FeatureFacts, period: Period = PERIOD) -> list[str]:
    return [hint.kind for hint in hints([facts], period)]


def test_training_data_joined_again_and_again_beyond_the_budget_are_to_be_frozen() -> None:
    [hint] = hints([feature(contexts={"training": cost(250.0, 30, snapshot_uses=5)})], PERIOD)

    assert (hint.kind, hint.feature_name) == ("materialise", "weather.temp")
    assert hint.evidence == {
        "joins": 25, "p95_ms": 250.0, "budget_ms": 100.0, "seconds_in_all": 6.25,
    }  # fmt: skip
    assert "create_feature_snapshot" in hint.change
    assert kinds(feature(contexts={"training": cost(250.0, 30, snapshot_uses=21)})) == []
    assert kinds(feature(contexts={"training": cost(99.0, 30)})) == []
    assert kinds(feature(contexts={"training": cost(250.0, 30)}, budget_ms=300.0)) == []


def test_a_group_without_ttl_and_a_rule_without_history_read_too_much() -> None:
    slow = {"training": cost(250.0, 30, snapshot_uses=30)}
    endless = evolve(GROUP, ttl=None)

    assert kinds(feature(contexts=slow)) == []
    assert kinds(feature(contexts=slow, group=endless)) == ["narrow the window"]
    assert kinds(feature(contexts=slow, group=endless, computed=True)) == []
    assert kinds(feature(contexts=slow, computed=True, unbounded_rule=True)) == [
        "narrow the window"
    ]
    assert kinds(feature(contexts={"training": cost(50.0, 30)}, group=endless)) == []
    assert kinds(feature(contexts=slow, group=evolve(endless, rows=0))) == []


def test_a_lost_index_is_to_be_made_again() -> None:
    lost = evolve(GROUP, missing_indexes=("CREATE UNIQUE INDEX ON weather (origin)",))

    [hint] = hints([feature(contexts={"training": cost(5.0, 3)}, group=lost)], PERIOD)

    assert (hint.kind, hint.evidence) == ("index", {"missing": 1, "p95_ms": 5.0})
    assert "CREATE UNIQUE INDEX" in hint.change
    assert kinds(feature(group=lost)) == []


def test_many_online_reads_of_a_row_each_are_to_be_batched() -> None:
    single = cost(0.3, 1000, rows=1500, row_uses=1000)

    [hint] = hints([feature(contexts={"inference": single})], PERIOD)

    assert hint.kind == "batch"
    assert hint.evidence == {"reads": 1000, "rows_per_read": 1.5, "ms_per_read": 0.3}
    many = cost(0.3, 1000, rows=100_000, row_uses=1000)
    few = cost(0.3, 999, rows=999, row_uses=999)
    for enough in (many, few, cost(0.3, 1000)):
        assert kinds(feature(contexts={"inference": enough})) == []


def test_a_feature_that_nobody_used_while_values_came_is_to_be_dropped() -> None:
    unused = feature(batches_in_period=7, defined_at=NOON - 3 * WEEK)

    [hint] = hints([unused], PERIOD)

    assert hint.kind == "drop"
    assert hint.evidence == {
        "uses": 0, "last_used": "never", "uses_of_all_features": 5000, "batches_that_came": 7,
    }  # fmt: skip
    assert "weather.temp: drop (uses 0, last used never" in str(hint)
    assert hint.to_dict()["evidence"] == hint.evidence


@pytest.mark.parametrize(
    "facts",
    [
        {"contexts": {"validation": cost(1.0, 1)}},
        {"needed_by": ("set delay",)},
        {"batches_in_period": 0},
        {"defined_at": NOON - timedelta(days=1)},
        {"defined_at": None},
    ],
    ids=str,
)
def test_a_feature_is_not_to_be_dropped_without_evidence(facts: dict[str, Any]) -> None:
    unused = feature(batches_in_period=7, defined_at=NOON - 3 * WEEK)

    assert kinds(evolve(unused, **facts)) == []
    for blind in (
        evolve(PERIOD, recorded_since=NOON - timedelta(days=1)),
        evolve(PERIOD, recorded_since=None),
        evolve(PERIOD, uses=99),
    ):
        assert kinds(unused, blind) == []


def test_the_budget_is_a_tenth_of_a_second_unless_said() -> None:
    assert DEFAULT_BUDGET_MS == 100.0
