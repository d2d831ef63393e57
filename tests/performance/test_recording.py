"""What records itself: retrievals, snapshots, online reads, measured blocks."""

import math
from datetime import timedelta
from time import sleep

import pytest

import featuretrail as ft
from featuretrail.domain.aggregates import FeatureMetadataAggregate
from featuretrail.domain.aggregates.feature_metadata import decide_record
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events import Metadata
from featuretrail.domain.records import measurement
from featuretrail.infrastructure.performance.meter import Reading
from tests.engines.database import Database
from tests.performance.conftest import recorded, uses
from tests.store.weather import NOON, filled, spine

pytestmark = pytest.mark.tiers("embedded", "apache")


def test_a_retrieval_is_recorded_for_each_feature_with_its_share(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.get_historical_features(spine(), "delay")
    store.performance.flush()

    found = recorded(database.url)

    assert [(each["feature_name"], each["version"]) for each in found] == [
        ("weather.temp", "1.0.0"),
        ("weather.sky", "1.0.0"),
    ]
    for each in found:
        assert (each["operation"], each["computation_context"]) == ("retrieve", "training")
        assert (each["usage_frequency"], each["row_count"]) == (1, 4)
        assert 0 < each["cpu_time_ms"] <= each["computation_time_ms"] * 1.1
        assert each["snapshot_id"] is None


def test_the_shares_of_a_call_sum_up_to_the_call(store: ft.TimescaleDBFeatureStore) -> None:
    other = ft.FeatureGroup(
        "wind", keys={"origin": "text"}, features=[ft.Feature("speed", "float64")]
    )
    store.register(other)
    store.ingest("wind", {"origin": ["EWR"], "event_time": [NOON], "speed": [1.0]})
    features = [
        store.registry().resolve(name) for name in ("weather.temp", "wind.speed", "weather.sky")
    ]

    retrieval = store._historical.retrieve(spine(), features)
    cost = retrieval.cost(Reading(0.5, 0.25, 30.0))

    shares = {share.selection.features: share for share in cost.shares()}
    temp_and_sky = shares[(("weather.temp", "1.0.0"), ("weather.sky", "1.0.0"))]
    speed = shares[(("wind.speed", "1.0.0"),)]
    assert cost.rows == 4
    assert 2 * temp_and_sky.milliseconds + speed.milliseconds == pytest.approx(500.0)
    cpu = (2 * (temp_and_sky.cpu_ms or math.nan)) + (speed.cpu_ms or math.nan)
    assert cpu == pytest.approx(250.0)
    assert (temp_and_sky.memory_mb, speed.memory_mb) == (10.0, 10.0)
    assert retrieval.spent.keys() == {"weather", "wind"}


def test_a_snapshot_is_recorded_with_its_name(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    made = store.create_feature_snapshot("delay", spine(), idempotency_key="once")
    store.create_feature_snapshot("delay", spine(), idempotency_key="once")
    store.performance.flush()

    found = recorded(database.url)

    facts = ("snapshot_id", "computation_context", "operation")
    assert [tuple(each[fact] for fact in facts) for each in found] == [
        (made.snapshot_id, "training", "freeze"),
        (made.snapshot_id, "training", "freeze"),
    ]


def test_many_online_reads_become_few_measurements(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    for _ in range(300):
        store.get_online_features(["weather.temp"], {"origin": ["EWR", "JFK"]})
    store.performance.flush()

    found = recorded(database.url)

    assert sum(each["usage_frequency"] for each in found) == 300
    assert sum(each["row_count"] for each in found) == 600
    assert {(each["operation"], each["computation_context"]) for each in found} == {
        ("serve", "inference")
    }
    assert len(found) < 60


def test_reading_records_nothing_where_it_is_switched_off(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:", record_performance=False) as quiet:
        filled(quiet)
        before = quiet.position
        quiet.get_historical_features(spine(), "delay")
        quiet.get_online_features(["weather.temp"], {"origin": ["EWR"]})
        with quiet.performance.measure("weather.temp") as taken:
            pass
        status = quiet.performance.status()
    with ft.connect(database.url, artifacts="database:") as again:
        assert again.position == before
    assert taken.reading is not None
    assert (status.on, status.waiting) == (False, 0)
    assert "record_performance" in (status.reason or "")


def test_the_setting_says_whether_costs_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ft.Settings.load().record_performance
    monkeypatch.setenv("FEATURETRAIL_RECORD_PERFORMANCE", "false")
    assert not ft.Settings.load().record_performance
    assert ft.Settings.load(record_performance=True).record_performance


def test_a_measured_block_and_a_measured_function_are_recorded(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with store.performance.measure("weather.temp@1.0.0", "validation", rows=7) as taken:
        sleep(0.02)

    @store.performance.measure("weather.sky", operation="compute")
    def compute(number: int) -> int:
        return number + 1

    assert [compute(1), compute(2)] == [2, 3]
    store.performance.flush()

    block, *calls = recorded(database.url)
    assert (block["feature_name"], block["version"]) == ("weather.temp", "1.0.0")
    assert (block["computation_context"], block["row_count"]) == ("validation", 7)
    assert taken.reading is not None
    assert block["computation_time_ms"] == pytest.approx(taken.reading.seconds * 1e3)
    assert block["computation_time_ms"] >= 20
    assert block["cpu_time_ms"] < 20
    assert sum(each["usage_frequency"] for each in calls) == 2
    assert {each["feature_name"] for each in calls} == {"weather.sky"}
    assert (block["operation"], {each["operation"] for each in calls}) == (None, {"compute"})
    assert compute.__name__ == "compute"


def test_a_block_that_raises_is_not_recorded(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with pytest.raises(ValueError, match="no"), store.performance.measure("weather.temp"):
        raise ValueError("no")

    assert store.performance.flush() is None
    assert recorded(database.url) == []


def test_what_cannot_be_measured_is_refused(store: ft.TimescaleDBFeatureStore) -> None:
    measure = store.performance.measure

    async def later() -> None: ...

    with pytest.raises(NotFoundError, match=r"did you mean 'weather\.temp'"):
        measure("weather.tmp")
    with pytest.raises(InvalidInputError, match="context is 'testing'"):
        measure("weather.temp", "testing")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="operation is 'computed'"):
        measure("weather.temp", operation="computed")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="rows is -1"):
        measure("weather.temp", rows=-1)
    with pytest.raises(InvalidInputError, match="returns before its work is done"):
        measure("weather.temp")(later)
    with pytest.raises(InvalidInputError, match="measured already"), measure("weather.temp") as one:
        one.__enter__()


def test_a_store_that_is_closed_has_recorded_all(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    for _ in range(10):
        store.get_historical_features(spine(), "delay")
    store.close()

    assert uses(database.url) == 20
    assert store.performance.status().reason == "the store was closed"


def test_others_measurements_are_recorded_as_they_are(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    taken = measurement(
        "weather.temp", NOON, 12.5, "validation",
        version="1.0.0", cpu_time_ms=3.0, memory_usage_mb=1.5, usage_frequency=3, row_count=9,
        performance_score=77.0, snapshot_id="delay@1.0.0", operation="freeze",
        accuracy_impact=-0.5,
    )  # fmt: skip
    endless = measurement("weather.temp", NOON, 1.7e308, "training", usage_frequency=2**63 - 1)

    store.performance.recorder.record([taken, endless, endless])
    store.performance.flush()

    first, second = recorded(database.url)
    assert first == {
        name: value
        for name, value in taken.model_dump(mode="json").items()
        if name != "measured_at"
    }
    assert second["usage_frequency"] == 2**63 - 1
    found = store.get_feature_performance_metrics("weather.temp")
    assert found.total is not None
    assert found.total.max_ms > 1e308


def test_a_measurement_is_scored_by_the_budget_of_its_feature(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.performance.set_budget("weather.temp", 5, reason="it is asked for online")
    store.performance.set_budget("weather.temp", 5, reason="again")
    store.projections.catch_up()

    store.performance.recorder.record(
        [measurement(name, NOON, 20.0, "inference") for name in ("weather.temp", "weather.sky")]
    )
    store.performance.flush()

    assert [each["performance_score"] for each in recorded(database.url)] == [25.0, 100.0]
    budgets = [e for e in store.audit.log() if e.topic == "featuretrail.metadata.recorded"]
    assert [each.reason for each in budgets] == ["it is asked for online"]
    assert store.performance.metrics("weather.temp", timedelta(hours=1)).budget_ms == 5.0
    with pytest.raises(InvalidInputError, match="budget_ms is 0"):
        store.performance.set_budget("weather.temp", 0)
    with pytest.raises(NotFoundError):
        store.performance.set_budget("weather.tmp", 1)


def test_a_budget_that_is_no_number_counts_as_none(store: ft.TimescaleDBFeatureStore) -> None:
    for name, value in (("weather.temp", "fast"), ("weather.sky", -3)):
        state = FeatureMetadataAggregate.initial(name, "performance", "budget_ms")
        store._log.append(*decide_record(state, value, Metadata()))
    store.projections.catch_up()

    for name in ("weather.temp", "weather.sky"):
        assert store.get_feature_performance_metrics(name).budget_ms == 100.0
