"""What ``compute`` does: which rows, in which order, once, and what it says when it cannot."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.events import Measurement, Metadata, PerformanceSampled, ValuesIngested
from featuretrail.domain.records import measurement
from featuretrail.infrastructure.computing.recording import LogRecorder
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from tests.computing.readings import (
    HOUR,
    KEYS,
    Floats,
    Times,
    computed,
    double,
    hour,
    number,
    readings,
    table,
    values,
)
from tests.engines.database import Database as Clone

TIERS = pytest.mark.tiers("embedded", "apache", "community")
NOTHING = timedelta(0)


@ft.rule(["readings.level"], history=2 * HOUR)
def mean_2h(event_time: Times, level: Floats) -> Floats:
    means = np.full(len(level), np.nan)
    for row, now in enumerate(event_time):
        inside = (event_time >= now - np.timedelta64(2, "h")) & (event_time <= now)
        means[row] = level[inside].mean()
    return means


@ft.rule(["readings.level"])
def total(level: Floats) -> Floats:
    return np.cumsum(np.nan_to_num(level))


@ft.rule(["derived.two"])
def failing(two: Floats) -> Floats:
    raise ValueError(f"out of order, {len(two)} rows")


def defined(store: ft.TimescaleDBFeatureStore, *features: ft.Feature) -> None:
    store.register(readings(), computed("derived", *features))


def by_name(report: ft.ComputeReport) -> dict[str, ft.ComputedFeature]:
    return {feature.feature: feature for feature in report.features}


@TIERS
def test_only_what_changed_since_the_last_run_is_computed_and_written(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("mean_2h", mean_2h))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(10))))

    first = store.compute("derived")
    again = store.compute("derived")
    store.ingest("readings", table((1, 10, 10.0)))
    appended = store.compute("derived")
    store.ingest("readings", table((1, 6, 60.0)))
    late = store.compute("derived")

    rows = [(r.features[0].rows, r.features[0].written) for r in (first, again, appended, late)]
    assert rows == [(10, 10), (0, 0), (1, 1), (5, 3)]
    assert (late.features[0].first, late.features[0].last) == (hour(6), hour(10))
    assert again.position == first.position
    assert values(store, "derived.mean_2h", (1, 5), (1, 6), (1, 8), (1, 9)) == [
        4.0,
        23.0,
        25.0,
        8.0,
    ]
    assert store.audit.verify().ok


def test_a_window_is_computed_again_and_nothing_is_written_twice(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("mean_2h", mean_2h))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(10))))
    store.compute("derived")
    before = store.position

    report = store.compute("derived", hour(3), hour(6))

    [feature] = report.features
    assert (feature.rows, feature.written, feature.first, feature.last) == (3, 0, hour(3), hour(5))
    assert store.position == before


def test_what_a_window_leaves_out_stays_due(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("mean_2h", mean_2h))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(10))))

    middle = store.compute("derived", hour(3), hour(6)).features[0]
    early = store.compute("derived", until=hour(5)).features[0]
    rest = store.compute("derived").features[0]

    assert (middle.rows, middle.due) == (3, hour(0))
    assert (early.rows, early.written, early.due) == (5, 3, hour(5))
    assert (rest.rows, rest.written, rest.due) == (5, 4, None)
    assert values(store, "derived.mean_2h", (1, 2), (1, 9)) == [1.0, 8.0]


def test_parents_are_computed_before_their_children_across_groups(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(
        readings(),
        computed("derived", number("four", double("derived.two")), number("two", double())),
    )
    store.register(computed("more", number("eight", double("derived.four"))))
    store.ingest("readings", table((1, 1, 1.0), (2, 1, 3.0)))

    report = store.compute("more.eight")

    assert [f.feature for f in report.features] == [
        "derived.two@1.0.0",
        "derived.four@1.0.0",
        "more.eight@1.0.0",
    ]
    two, four, eight = report.features
    assert two.position == four.position
    assert four.position is not None
    assert eight.position is not None
    assert four.position < eight.position
    assert values(store, "more.eight", (1, 1), (2, 1)) == [8.0, 24.0]


def test_sources_are_read_as_of_each_row_with_ttl_and_retractions(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    rule = ft.sql_rule(
        "coalesce(left_level, 0) + 100 * coalesce(right_level, 0)",
        ["lefts.left_level", "rights.right_level"],
        history=NOTHING,
    )
    lefts = ft.FeatureGroup("lefts", KEYS, [ft.Feature("left_level", "float64")], ttl=2 * HOUR)
    rights = ft.FeatureGroup("rights", KEYS, [ft.Feature("right_level", "float64")])
    store.register(lefts, rights, computed("both", number("joined", rule)))
    for group, rows in (
        ("lefts", [(1, 0, 1.0), (1, 4, 2.0)]),
        ("rights", [(1, 1, 3.0), (1, 3, 4.0)]),
    ):
        given = table(*rows).select(["sensor", "event_time", "level"])
        store.ingest(group, given.rename_columns(["sensor", "event_time", f"{group[:-1]}_level"]))
    store.retract("rights", {"sensor": 1}, hour(3), "broken")

    store.compute("both")

    asked = [(1, at) for at in range(5)]
    assert values(store, "both.joined", *asked) == [1.0, 301.0, 301.0, 0.0, 2.0]


def test_a_retraction_of_a_parent_makes_its_rows_due(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0), (2, 2, 5.0)))
    store.compute("derived")

    store.retract("readings", {"sensor": 1}, hour(2), "wrong")
    [feature] = store.compute("derived").features

    assert (feature.rows, feature.written) == (2, 1)
    assert values(store, "derived.two", (1, 1), (1, 2), (2, 2)) == [2.0, None, 10.0]


def test_a_retraction_between_rows_ends_what_was_computed_before_it(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 4, 2.0)))
    store.compute("derived")

    store.retract("readings", {"sensor": 1}, hour(3), "nothing is known since")
    store.compute("derived")

    asked = ((1, 2), (1, 3), (1, 4))
    assert values(store, "readings.level", *asked) == [1.0, None, None]
    assert values(store, "derived.two", *asked) == [2.0, None, None]
    assert store.compute("derived", hour(0)).written == 0


def test_what_was_known_before_is_still_what_was_known(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0)))
    then = store.compute("derived").position
    store.ingest("readings", table((1, 1, 7.0)))
    store.compute("derived")

    assert values(store, "derived.two", (1, 1)) == [14.0]
    assert values(store, "derived.two", (1, 1), known_at=then) == [2.0]


def test_rules_live_beside_ingested_features_of_their_own_group(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    plain = readings()
    group = ft.FeatureGroup("readings", KEYS, [*plain.features, number("two", double())])
    store.register(group)
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0)))

    first = store.compute("readings")
    store.ingest("readings", table((1, 3, 3.0)))
    second = store.compute("readings")

    assert [r.features[0].written for r in (first, second, store.compute("readings"))] == [2, 1, 0]
    assert values(store, "readings.two", (1, 1), (1, 3)) == [2.0, 6.0]
    online = store.get_online_features(["readings.level", "readings.two"], {"sensor": [1]})
    assert online.to_pylist() == [{"sensor": 1, "level": 3.0, "two": 6.0}]


def test_values_of_a_rule_are_never_ingested(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    given = table((1, 1, 1.0)).select(["sensor", "event_time", "level"])

    with pytest.raises(ft.InvalidValuesError, match="'two' has a rule, so its values are computed"):
        store.ingest("derived", given.rename_columns(["sensor", "event_time", "two"]))


def test_a_new_version_is_computed_from_the_start_and_writes_what_differs(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, -2.0)))
    store.compute("derived")
    faster = ft.sql_rule("level + level", ["readings.level"], history=NOTHING)
    store.register(computed("derived", number("two", faster, "1.1.0")))
    same = store.compute("derived").features[0]
    other = ft.sql_rule("abs(2 * level)", ["readings.level"], history=NOTHING)
    store.register(computed("derived", number("two", other, "2.0.0")))
    major = store.compute("derived").features[0]

    assert (same.feature, same.rows, same.written, same.due) == ("derived.two@1.1.0", 2, 0, None)
    assert (major.feature, major.written) == ("derived.two@2.0.0", 2)
    assert values(store, "derived.two", (1, 2)) == [4.0]
    assert values(store, "derived.two@1.0.0", (1, 2)) == [-4.0]
    store.ingest("readings", table((1, 3, -5.0)))
    store.compute("derived.two@1.0.0")
    assert values(store, "derived.two@1.1.0", (1, 3)) == [-10.0]
    assert store.compute("derived.two@1.1.0").written == 0


def test_every_type_goes_in_and_comes_out_with_its_nulls(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    @ft.rule(["readings.count"], history=NOTHING)
    def next_count(count: Floats) -> Floats:
        return count + 1

    @ft.rule(["readings.note"], history=NOTHING)
    def shout(note: Any) -> Any:
        return np.array([None if each is None else each.upper() for each in note], object)

    @ft.rule(["derived.shout"], history=NOTHING)
    def known(note: Any) -> Any:
        return np.array([each is not None for each in note], np.bool_)

    @ft.rule(["readings.level"], history=NOTHING)
    def moment(event_time: Times, level: Floats) -> Times:
        return np.where(np.isnan(level), np.datetime64("NaT"), event_time)

    @ft.rule(["derived.moment", "derived.known"], history=NOTHING)
    def hours(moment: Times, known: Floats) -> Any:
        since = (moment - np.datetime64("2025-03-01T00:00:00")) / np.timedelta64(1, "h")
        return np.ma.masked_array(since, mask=known == 0)

    defined(
        store,
        ft.Feature("next_count", "int64", rule=next_count),
        ft.Feature("shout", "text", rule=shout),
        ft.Feature("known", "bool", rule=known),
        ft.Feature("moment", "timestamptz", rule=moment),
        number("hours", hours),
    )
    store.ingest("readings", table((1, 1, 1.0), (1, 2, None)))

    store.compute("derived")

    asked = ((1, 1), (1, 2))
    found = {
        name: values(store, f"derived.{name}", *asked)
        for name in ("next_count", "shout", "known", "moment", "hours")
    }
    assert found == {
        "next_count": [2, None],
        "shout": ["IS 1", None],
        "known": [True, False],
        "moment": [hour(1), None],
        "hours": [1.0, None],
    }


def test_short_history_is_what_there_is(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("total", total))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0), (2, 9, 5.0)))

    store.compute("derived")

    assert values(store, "derived.total", (1, 1), (1, 2), (2, 9)) == [1.0, 3.0, 5.0]


def test_no_rows_are_no_work(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()), number("total", total))
    before = store.position

    assert store.compute("derived").written == 0
    store.ingest("readings", table())
    assert store.compute("derived").written == 0
    assert store.compute("derived", hour(0)).written == 0
    assert store.position == before + 1


NONSENSE: list[tuple[Any, str, str]] = [
    (lambda level: 1 / 0, "float64", "failed on 2 rows with ZeroDivisionError"),  # noqa: ARG005
    (lambda level: level[:1], "float64", r"shape \(1,\) for 2 rows"),
    (lambda level: level.tolist(), "float64", "returned a list; return a numpy array"),
    (lambda level: level + 0.5, "int64", "a whole number has no fraction"),
    (lambda level: level + 2.0**60, "int64", "at most 2\\*\\*53"),
    (lambda level: level, "bool", "a truth value is 0, 1 or NaN"),
    (lambda level: level, "text", "values of type float64 that are no text"),
    (lambda level: np.array([b"a", b"b"])[: len(level)], "text", "that are no text"),
    (lambda level: level.astype("S"), "float64", "that are no float64"),
    (lambda level: level * 1j, "float64", "of type complex128 that are no float64"),
    (lambda level: np.array([level, None, 0], object)[:2], "float64", "of type object that are no"),
]


def test_a_rule_that_returns_nonsense_is_named_and_stores_nothing(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    store.ingest("readings", table((1, 1, 3.0), (1, 2, 4.0)))
    for count, (body, dtype, reason) in enumerate(NONSENSE):
        rule = ft.Rule("python", ["readings.level"], f"def bad{count}(level): ...", function=body)
        store.register(computed("derived", ft.Feature(f"bad{count}", dtype, rule=rule)))
        before = store.position

        with pytest.raises(ft.RuleError, match=rf"'derived\.bad\d+@1\.0\.0' .*{reason}") as raised:
            store.compute(f"derived.bad{count}")
        assert raised.value.feature == f"derived.bad{count}@1.0.0"
        assert store.position == before


def test_types_that_differ_from_one_entity_to_another_are_refused(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    def body(level: Floats) -> Any:
        return level if level[0] > 3.0 else level.astype("datetime64[us]")

    store.register(readings())
    store.ingest("readings", table((1, 1, 3.0), (2, 1, 4.0)))
    rule = ft.Rule("python", ["readings.level"], "def mixed(level): ...", function=body)
    store.register(computed("derived", number("mixed", rule)))

    with pytest.raises(ft.RuleError, match=r"'derived\.mixed@1\.0\.0' .*do not go together"):
        store.compute("derived")


CHEATING = [
        ft.Rule(
            "python", ["readings.level"], "next", function=lambda level: np.append(level[1:], 0.0)
        ),
        ft.Rule("python", ["readings.level"], "all", function=lambda level: level / level.max()),
        ft.Rule(
            "python", ["readings.level"], "older", history=2 * HOUR,
            function=np.cumsum,
        ),
        ft.sql_rule("lead(level) OVER entity", ["readings.level"]),
        ft.sql_rule("sum(level) OVER entity", ["readings.level"], history=HOUR),
    ]  # fmt: skip


def test_a_rule_that_uses_rows_it_may_not_is_found_out(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(readings())
    store.ingest("readings", table(*((1, at, float(at + 1)) for at in range(20))))
    for count, rule in enumerate(CHEATING):
        store.register(computed("derived", number(f"bad{count}", rule)))

        with pytest.raises(ft.RuleError, match="it uses rows it may not"):
            store.compute(f"derived.bad{count}")


def test_whole_numbers_that_floats_cannot_hold_are_refused_in_python_and_kept_in_sql(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    given = table((1, 1, 1.0)).set_column(3, "count", pa.array([2**53 + 1]))
    store.ingest("readings", given)
    exact = ft.sql_rule("count + 1", ["readings.count"], history=NOTHING)
    store.register(computed("exact", ft.Feature("more", "int64", rule=exact)))
    same = ft.Rule("python", ["readings.count"], "same", function=lambda count: count)
    store.register(computed("rounded", number("same", same)))

    store.compute("exact")

    assert values(store, "exact.more", (1, 1)) == [2**53 + 2]
    with pytest.raises(ft.RuleError, match=r"beyond 2\*\*53"):
        store.compute("rounded")


def test_a_process_without_the_function_says_what_to_register(
    store: ft.TimescaleDBFeatureStore, database: Any
) -> None:
    defined(store, number("mean_2h", mean_2h))
    with ft.connect(database.url) as other:
        with pytest.raises(
            ft.RuleError, match=r"mean_2h \(test_computing\.py\), which this process"
        ):
            other.compute("derived")
        changed = ft.Rule("python", ["readings.level"], "def mean_2h(): ...", function=len)
        other.rules.bind([computed("derived", number("mean_2h", changed))])
        with pytest.raises(ft.RuleError, match="code that changed needs a new version"):
            other.compute("derived")
        other.rules.bind([computed("derived", number("mean_2h", mean_2h))])
        assert other.compute("derived").written == 0


def test_changed_code_under_an_unchanged_version_is_refused(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("total", total))
    changed = ft.Rule("python", ["readings.level"], total.source + " + 0", function=total.function)

    with pytest.raises(ft.DefinitionChangedError, match=r"1\.1\.0 or later"):
        store.register(computed("derived", number("total", changed)))


def test_what_cannot_be_computed_is_refused(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    refused: list[tuple[Any, type[Exception], str]] = [
        ("derivd", ft.NotFoundError, "did you mean 'derived'"),
        ("derived.tow", ft.NotFoundError, r"did you mean 'derived\.two'"),
        ("readings", ft.InvalidInputError, "no feature of 'readings' has a rule"),
        ("readings.level", ft.InvalidInputError, "its values are ingested, not computed"),
        ([], ft.InvalidInputError, "no feature is asked for"),
        (7, ft.InvalidInputError, "give groups, sets"),
        ([7], ft.InvalidInputError, "7 is no group, set or feature"),
        (b"derived", ft.InvalidInputError, "give groups, sets"),
    ]

    for asked, error, reason in refused:
        with pytest.raises(error, match=reason):
            store.compute(asked)


def test_windows_that_make_no_sense_are_refused(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    refused: list[tuple[Any, Any, type[Exception]]] = [
        (datetime(2025, 3, 1), None, ft.NaiveTimeError),  # noqa: DTZ001
        (hour(2), hour(2), ft.InvalidInputError),
        (hour(2), hour(1), ft.InvalidInputError),
        ("yesterday", None, ft.InvalidInputError),
    ]

    for since, until, error in refused:
        with pytest.raises(error):
            store.compute("derived", since, until)


def test_sets_groups_and_references_name_what_to_compute(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    group = computed("derived", number("two", double()), number("total", total))
    chosen = ft.FeatureSet("chosen", ["readings.level", "derived.two"])
    store.register(readings(), group, chosen)

    reports = [store.compute(cast("Any", each)) for each in ("chosen", chosen, group)]
    named = store.compute(["derived.two@1.0.0", ft.FeatureReference.parse("derived.total")])

    assert [sorted(by_name(report)) for report in (*reports, named)] == [
        ["derived.two@1.0.0"],
        ["derived.two@1.0.0"],
        ["derived.total@1.0.0", "derived.two@1.0.0"],
        ["derived.total@1.0.0", "derived.two@1.0.0"],
    ]


def test_each_run_records_what_each_feature_cost(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()), number("total", total))
    store.ingest("readings", table((1, 1, 1.0)))

    report = store.compute("derived", reason="nightly", actor="ops")

    [entry] = [e for e in store.audit.log(limit=None) if e.topic.endswith("performance.sampled")]
    assert (entry.position, entry.actor, entry.reason) == (report.position, "ops", "nightly")
    store.projections.catch_up()
    table_at = store.audit.rows_at("feature_performance_metrics")
    assert sorted(row["feature_name"] for row in table_at.rows) == ["derived.total", "derived.two"]
    assert all(row["computation_time_ms"] > 0 for row in table_at.rows)


def test_who_computed_has_the_figures_at_once(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0), (1, 2, 2.0)))
    store.compute("derived")

    found = store.get_feature_performance_metrics("derived.two")

    assert found.total is not None
    assert (found.total.uses, found.total.rows_per_use, found.behind) == (1, 2.0, 0)


def test_a_recorder_of_the_callers_takes_the_measurements(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    taken: list[Measurement] = []

    class Recorder:
        def record(self, measurements: Any, metadata: Metadata) -> None:
            assert metadata.actor == "anna"
            taken.extend(measurements)

    store.rules.recorder = Recorder()
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0)))
    store.compute("derived")

    assert [(item.feature_name, item.version) for item in taken] == [("derived.two", "1.0.0")]
    [item] = taken
    assert item.row_count == 1
    assert item.cpu_time_ms is not None
    assert item.memory_usage_mb is not None
    assert not any(e.topic == PerformanceSampled.TOPIC for e in store.audit.log(limit=None))


def test_progress_is_told_feature_by_feature(store: ft.TimescaleDBFeatureStore) -> None:
    told: list[tuple[str, int, int]] = []
    defined(store, number("two", double()), number("total", total))
    store.register(computed("more", number("four", double("derived.two"))))

    store.compute(["more", "derived"], progress=lambda *step: told.append(step))

    assert told[-1] == ("computing features", 3, 3)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_two_who_compute_at_once_agree_and_repeat_nothing(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(50))))
    start = Barrier(2)
    written: list[int] = []

    def run() -> None:
        start.wait()
        written.append(store.compute("derived").written)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(written) == [0, 50]


def test_who_was_overtaken_reads_again_before_storing(
    store: ft.TimescaleDBFeatureStore, database: Any
) -> None:
    with ft.connect(database.url) as faster:
        calls: list[int] = []

        def slow(level: Floats) -> Floats:
            calls.append(len(level))
            if len(calls) == 1:  # newer values of the parent are computed and stored meanwhile
                faster.ingest("readings", table((1, 1, 5.0)))
                faster.compute("derived")
            return level

        rule = ft.Rule("python", ["readings.level"], "slow", history=NOTHING, function=slow)
        group = computed("derived", number("same", rule))
        store.register(readings(), group)
        faster.rules.bind([group])
        store.ingest("readings", table((1, 1, 1.0)))

        late = store.compute("derived")

    assert late.written == 0
    assert values(store, "derived.same", (1, 1)) == [5.0]
    batches = [e for e in store.audit.log(limit=None) if e.subject.startswith("batch derived")]
    assert len(batches) == 1


def test_the_log_says_how_far_each_batch_took_in_its_parents(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    position = store.ingest("readings", table((1, 1, 1.0), (1, 5, 1.0))).position

    first = store.compute("derived", until=hour(5)).features[0].position
    second = store.compute("derived").features[0].position

    events = {entry.position: entry for entry in store.audit.log(limit=None)}
    assert first is not None
    assert second is not None
    sources = [events[p].to_dict() for p in (first, second)]
    assert f"parents@{position} due@2025-03-01T05:00:00+00:00" in str(sources[0])
    assert "due@" not in str(sources[1])
    assert events[first].topic == ValuesIngested.TOPIC


def test_what_retention_removed_is_not_computed_any_more(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    kept = readings(retention=timedelta(days=1), version="1.0.0")
    store.register(kept, computed("derived", number("mean_2h", mean_2h)))
    store.register(computed("endless", number("total", total)))
    store.ingest("readings", table(*((1, at, float(at)) for at in range(48))))
    store.maintain()
    horizon = next(e for e in store.audit.log(limit=None) if e.topic.endswith("removed"))
    assert horizon is not None

    with pytest.raises(ft.RetentionError, match="read all of its history"):
        store.compute("endless")
    with pytest.raises(ft.RetentionError, match="can be computed from"):
        store.compute("derived", hour(0))
    assert store.compute("derived").features[0].due is None


def test_a_report_shows_itself_as_json(store: ft.TimescaleDBFeatureStore) -> None:
    defined(store, number("two", double()))
    store.ingest("readings", table((1, 1, 1.0)))

    report = store.compute("derived")

    told = report.to_dict()
    assert told["written"] == 1
    assert told["features"][0]["feature"] == "derived.two@1.0.0"
    assert "derived.two" in report._repr_html_()


def test_what_was_stored_before_a_rule_failed_has_its_cost_recorded(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    store.register(computed("worse", number("failing", failing)))
    store.ingest("readings", table((1, 1, 1.0)))

    with pytest.raises(ft.RuleError, match="out of order"):
        store.compute(["derived", "worse"])

    [sample] = store.audit.log(limit=None, topic=PerformanceSampled.TOPIC)
    assert [item["feature_name"] for item in sample.event["measurements"]] == ["derived.two"]
    assert values(store, "derived.two", (1, 1)) == [2.0]


def test_measurements_wait_for_a_database_that_is_away(database: Clone) -> None:
    later: list[Measurement] = []
    opened = Database(database.url)
    recorder = LogRecorder(EventLog(opened), later=later.extend)
    taken = measurement("derived.two", datetime.now(UTC), 1.5, "training")
    opened.close()

    recorder.record([taken], Metadata())

    assert later == [taken]
