"""What computing cost is recorded, whatever fails after it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

import featuretrail as ft
from featuretrail.domain.events import Measurement, Metadata, PerformanceSampled
from featuretrail.domain.lineage.cost import NEWEST
from featuretrail.domain.records import measurement, performance_sample
from featuretrail.infrastructure.computing.recording import LogRecorder
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from tests.computing.readings import Floats, computed, defined, double, number, table, total, values
from tests.engines.database import Database as Clone


@ft.rule(["derived.two"])
def failing(two: Floats) -> Floats:
    raise ValueError(f"out of order, {len(two)} rows")


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
    assert (item.operation, item.row_count) == ("compute", 1)
    assert item.cpu_time_ms is not None
    assert item.memory_usage_mb is not None
    assert not any(e.topic == PerformanceSampled.TOPIC for e in store.audit.log(limit=None))


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


def test_a_rule_costs_what_computing_took_however_often_its_feature_was_read_since(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    defined(store, number("two", double()))
    for at in range(3):
        store.ingest("readings", table((1, at, 1.0)))
        store.compute("derived")
    now = datetime.now(UTC)
    read = [
        measurement("derived.two", now, 9_000.0, "training", operation="retrieve", version="1.0.0")
    ] * (NEWEST + 1)
    store._log.append(performance_sample(uuid4(), read, Metadata()))
    store.projections.catch_up()

    found = store.lineage.cost("derived.two")

    times = [
        row["computation_time_ms"]
        for row in store.audit.rows_at("feature_performance_metrics").rows
        if row["operation"] == "compute"
    ]
    assert found.reason == "median of 3 measurements of computing in training"
    assert found.estimated_ms == sorted(times)[1] < 9_000.0


def test_measurements_wait_for_a_database_that_is_away(database: Clone) -> None:
    later: list[Measurement] = []
    opened = Database(database.url)
    recorder = LogRecorder(EventLog(opened), later=later.extend)
    taken = measurement("derived.two", datetime.now(UTC), 1.5, "training")
    opened.close()

    recorder.record([taken], Metadata())

    assert later == [taken]
