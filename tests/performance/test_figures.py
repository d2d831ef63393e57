"""Figures read back: one query over the read side equals adding up by hand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events import Metadata
from featuretrail.domain.records import measurement, performance_sample
from tests.engines.database import Database
from tests.store.weather import DELAY, NOON, hourly, spine, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

Facts = dict[str, Any]

taken = st.fixed_dictionaries(
    {
        "computation_time_ms": st.one_of(st.just(0.0), st.floats(1e-3, 1e5)),
        "computation_context": st.sampled_from(["training", "inference"]),
        "version": st.sampled_from([None, "1.0.0", "1.10.0", "1.9.0"]),
        "usage_frequency": st.integers(0, 30),
        "cpu_time_ms": st.none() | st.floats(0, 100),
        "memory_usage_mb": st.none() | st.floats(0, 100),
        "row_count": st.none() | st.integers(0, 1000),
    }
)


def write(store: ft.TimescaleDBFeatureStore, facts: Sequence[Facts], name: str) -> None:
    """Measurements as they are, past the recorder's buckets."""
    measured = [measurement(name, NOON, **each) for each in facts]
    appended = store._log.append(performance_sample(uuid4(), measured, Metadata()))
    store.projections.wait_until(appended.last_position)


def happened_earlier(database: Database, table: str, time: str, by: str) -> None:
    """Move a table's rows back in time: an update may not take them from chunk to chunk."""
    with database.connect() as connection:
        connection.execute(f"CREATE TEMP TABLE moved AS SELECT * FROM featuretrail.{table}")
        connection.execute(f"DELETE FROM featuretrail.{table}")
        connection.execute(f"UPDATE moved SET {time} = {time} - interval '{by}'")
        connection.execute(f"INSERT INTO featuretrail.{table} SELECT * FROM moved")
        connection.execute("DROP TABLE moved")


@given(st.lists(taken, min_size=1, max_size=40), st.integers(0, 10**9))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_figures_are_those_of_all_uses(
    store: ft.TimescaleDBFeatureStore, facts: list[Facts], number: int
) -> None:
    name = f"law.f{number}"
    store.projections.catch_up()
    before = store.performance.overview().features.get(name)
    if before is not None:
        return
    write(store, facts, name)

    found = store.performance.metrics(name)

    total = found.total
    assert total is not None
    weights = [max(1, each["usage_frequency"]) for each in facts]
    times = np.repeat([each["computation_time_ms"] for each in facts], weights)
    assert (total.uses, total.measurements) == (len(times), len(facts))
    assert total.mean_ms == pytest.approx(times.mean())
    assert total.max_ms == times.max()
    for percent, value in ((50, total.p50_ms), (95, total.p95_ms), (99, total.p99_ms)):
        exact = np.quantile(times, percent / 100, method="inverted_cdf")
        assert value == pytest.approx(exact, rel=0.011)
    assert total.cpu_ms == approximately(mean(facts, "cpu_time_ms", weights))
    assert total.memory_mb == approximately(mean(facts, "memory_usage_mb", weights))
    known = [each["memory_usage_mb"] for each in facts if each["memory_usage_mb"] is not None]
    assert total.max_memory_mb == max(known, default=None)
    rows = [(e["row_count"], w) for e, w in zip(facts, weights, strict=True)
            if e["row_count"] is not None]  # fmt: skip
    expected = sum(r for r, _ in rows) / sum(w for _, w in rows) if rows else None
    assert total.rows_per_use == approximately(expected)
    assert sum(each.uses for each in found.contexts.values()) == total.uses
    assert sum(each.summary.uses for each in found.versions) == total.uses
    assert sum(p.uses for v in found.versions for p in v.trend) == total.uses
    assert store.performance.overview().features[name] == total


def mean(facts: Sequence[Facts], fact: str, weights: Sequence[int]) -> float | None:
    known = [(e[fact], w) for e, w in zip(facts, weights, strict=True) if e[fact] is not None]
    return sum(v * w for v, w in known) / sum(w for _, w in known) if known else None


def approximately(value: float | None) -> Any:
    return None if value is None else pytest.approx(value)


def test_the_view_and_the_figures_agree(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    facts = [
        {"computation_time_ms": float(time), "computation_context": "inference",
         "usage_frequency": count, "memory_usage_mb": float(time)}
        for time, count in ((1, 90), (2, 6), (50, 3), (100, 1))
    ]  # fmt: skip
    write(store, facts, "weather.temp")
    with database.connect() as connection:
        row = connection.execute(
            "SELECT p50_computation_time_ms, p95_computation_time_ms, p99_computation_time_ms,"
            " avg_computation_time_ms, max_memory_usage_mb, total_usage "
            "FROM featuretrail.feature_performance_summary WHERE feature_name = 'weather.temp'"
        ).fetchone()

    found = store.performance.metrics("weather.temp").total

    assert found is not None
    assert row == pytest.approx((1.0, 2.0, 50.0, 3.52, 100.0, 100))
    assert row == pytest.approx(
        (found.p50_ms, found.p95_ms, found.p99_ms, found.mean_ms, found.max_memory_mb, found.uses)
    )


def test_a_process_reads_what_it_has_just_measured(store: ft.TimescaleDBFeatureStore) -> None:
    store.get_historical_features(spine(), "delay")

    found = store.get_feature_performance_metrics("weather.temp@1.0.0", timedelta(minutes=5))

    assert found.total is not None
    assert (found.total.uses, found.total.rows_per_use, found.behind) == (1, 4.0, 0)
    assert found.until - found.since == timedelta(minutes=5)
    assert found.score == 100.0


def test_what_was_recorded_before_the_period_does_not_count(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    facts = [{"computation_time_ms": 1.0, "computation_context": "training"}]
    write(store, facts, "weather.temp")
    happened_earlier(database, "feature_performance_metrics", "recorded_at", "2 hours")

    assert store.performance.metrics("weather.temp", timedelta(hours=1)).total is None
    found = store.performance.metrics("weather.temp", timedelta(hours=3))
    [version] = found.versions
    assert [point.uses for point in version.trend] == [0, 0, 0, 1, *[0] * 8]
    assert store.performance.overview(timedelta(hours=1)).features == {}


def test_a_slower_version_is_found_in_the_figures(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(
        ft.FeatureGroup(
            "weather", keys={"origin": "text"}, ttl=timedelta(hours=6), owner="ops",
            features=[
                ft.Feature("temp", "float64", "Air temperature", version="1.3.0"),
                ft.Feature("sky", "text", "Cloud cover"),
            ],
        )
    )  # fmt: skip
    numbers = np.random.default_rng(1)
    facts = [
        {"computation_time_ms": float(time), "computation_context": "training", "version": version}
        for version, times in (
            ("1.2.0", numbers.normal(10, 1, 200)),
            ("1.3.0", numbers.normal(31, 3, 200)),
        )
        for time in times
    ]
    write(store, facts, "weather.temp")

    found = store.get_feature_performance_metrics("weather.temp")
    everything = store.performance.overview()

    assert [(each.baseline, each.version) for each in found.regressions] == [("1.2.0", "1.3.0")]
    assert everything.regressions == found.regressions
    assert "x slower than 1.2.0 at p95" in str(found.regressions[0])
    assert found.to_dict()["comparisons"][0]["verdict"] == "slower"


@pytest.mark.parametrize(
    "wrong", [timedelta(0), timedelta(days=-1), timedelta(days=99_999), 7, None]
)
def test_a_period_that_cannot_be_is_refused(store: ft.TimescaleDBFeatureStore, wrong: Any) -> None:
    with pytest.raises(InvalidInputError, match="time_period is"):
        store.get_feature_performance_metrics("weather.temp", wrong)


def test_an_unknown_feature_is_an_error_and_an_unused_one_is_none(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    with pytest.raises(NotFoundError, match=r"did you mean 'weather\.temp'"):
        store.get_feature_performance_metrics("weather.tmp")
    with pytest.raises(ft.InvalidNameError):
        store.get_feature_performance_metrics("'; DROP TABLE x; --")
    assert store.get_feature_performance_metrics("weather.temp").total is None


def test_hints_come_from_what_the_store_knows(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    endless = ft.FeatureGroup(
        "endless",
        keys={"k": "int64"},
        features=[ft.Feature("x", "float64"), ft.Feature("y", "text")],
    )
    store.register(endless)
    store.ingest("endless", {"k": [1], "event_time": [NOON], "x": [1.0], "y": ["a"]})
    slow = {"computation_time_ms": 250.0, "computation_context": "training", "usage_frequency": 100}
    online = {"computation_time_ms": 0.3, "computation_context": "inference",
              "usage_frequency": 2000, "row_count": 2000}  # fmt: skip
    write(store, [slow, online], "endless.x")
    write(store, [{"computation_time_ms": 1.0, "computation_context": "training"}], "weather.temp")
    with database.connect() as connection:
        connection.execute("DROP INDEX featuretrail_values.weather_origin_event_time_batch_idx")
        for table in ("feature_performance_metrics", "feature_metadata"):
            time = "recorded_at" if "metrics" in table else "created_at"
            connection.execute(
                f"UPDATE featuretrail.{table} SET {time} = {time} - interval '3 minutes'"
            )

    found = store.performance.hints(timedelta(minutes=4))
    unused = store.performance.hints(timedelta(seconds=150))

    told = {(each.feature_name, each.kind) for each in found}
    assert told == {
        ("endless.x", "materialise"),
        ("endless.x", "narrow the window"),
        ("endless.x", "batch"),
        ("weather.temp", "index"),
    }
    [index] = [each for each in found if each.kind == "index"]
    with database.connect() as connection:
        connection.execute(index.change.partition(": ")[2].encode())
    assert [h for h in store.performance.hints(timedelta(minutes=4)) if h.kind == "index"] == []
    assert unused == []  # nobody used anything: nobody looked


def test_a_feature_that_nobody_uses_is_to_be_dropped_unless_a_set_selects_it(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.register(weather(), DELAY)
    idle = ft.FeatureGroup(
        "idle",
        keys={"origin": "text"},
        features=[ft.Feature("x", "float64"), ft.Feature("y", "text")],
    )
    store.register(idle)
    many = {"computation_time_ms": 1.0, "computation_context": "training", "usage_frequency": 100}
    write(store, [many], "weather.temp")
    happened_earlier(database, "feature_performance_metrics", "recorded_at", "1 hour")
    happened_earlier(database, "feature_metadata", "created_at", "1 hour")
    write(store, [many], "weather.temp")
    store.ingest("weather", hourly(1, NOON + timedelta(days=1)))
    written = hourly(1).drop_columns(["temp", "sky"]).append_column("x", [[1.0, 2.0]])
    store.ingest("idle", written, partial=True)

    [hint] = store.performance.hints(timedelta(minutes=30))

    assert (hint.feature_name, hint.kind) == ("idle.x", "drop")  # weather.sky is in a set
    assert hint.evidence["batches_that_came"] == 1
