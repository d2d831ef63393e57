"""Registering definitions through the face."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import featuretrail as ft
from featuretrail.domain.errors import DefinitionChangedError, NotFoundError
from featuretrail.infrastructure.database import Database as Pool
from featuretrail.infrastructure.registry import RegistryReader
from tests.engines.database import Database
from tests.engines.embedded_place import eventually
from tests.store.weather import DELAY, filled, hourly, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_registering_twice_makes_events_once(store: ft.TimescaleDBFeatureStore) -> None:
    first = store.register(weather(), DELAY, reason="first version")
    assert [change.action for change in first.changes] == ["created"] * 4
    second = store.register(weather(), DELAY, reason="again")
    assert second.position == first.position == 4
    assert second.changed == ()


def test_planning_shows_the_change_and_writes_nothing(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    planned = store.plan(weather(), DELAY)
    assert [change.name for change in planned.changed] == ["delay"]
    assert store.position == 3
    assert "delay" not in store.registry().sets


def test_a_changed_definition_is_refused_and_nothing_of_the_call_is_written(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(weather())
    changed = ft.FeatureGroup(
        "weather",
        {"origin": "text"},
        [ft.Feature("temp", "float64", "Kelvin")],
        ttl=weather().ttl,
        owner="ops",
    )
    other = ft.FeatureGroup("other", {"k": "int64"}, [ft.Feature("x", "bool")])
    with pytest.raises(DefinitionChangedError, match="description"):
        store.register(other, changed)
    assert store.position == 3
    assert "other" not in store.registry().groups


def test_a_set_of_unknown_features_is_refused(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(weather())
    with pytest.raises(NotFoundError, match=r"did you mean 'weather\.temp'"):
        store.register(ft.FeatureSet("s", ["weather.tmp"]))


def test_the_registry_of_a_past_position_knows_only_what_was_defined_then(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(weather())
    store.register(DELAY)
    assert set(store.registry(known_at=3).sets) == set()
    assert set(store.registry().sets) == {"delay"}


def test_a_feature_added_later_is_missing_in_earlier_rows_not_null(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    store.register(
        ft.FeatureGroup(
            "weather",
            {"origin": "text"},
            [ft.Feature("wind", "float64")],
            ttl=weather().ttl,
            owner="ops",
        )
    )
    table = store.get_historical_features(
        hourly().select(["origin", "event_time"]), ["weather.temp", "weather.wind"], status=True
    )
    assert set(table["wind__status"].to_pylist()) == {"missing"}
    assert set(table["temp__status"].to_pylist()) == {"present", "null"}


@pytest.mark.tiers("embedded", "apache")
def test_racing_registrations_make_one_set_of_events(database: Database) -> None:
    def register(_: int) -> int:
        with ft.connect(database.url, actor="racer") as store:
            return store.register(weather(), DELAY).position

    with ThreadPoolExecutor(4) as pool:
        positions = list(pool.map(register, range(4)))
    assert positions == [4] * 4


@pytest.mark.tiers("embedded", "apache")
def test_processes_that_add_the_same_feature_at_once_agree(database: Database) -> None:
    with ft.connect(database.url, actor="first") as store:
        store.register(weather())
    wider = ft.FeatureGroup(
        "weather",
        {"origin": "text"},
        [ft.Feature(f"wind_{n}", "float64") for n in range(20)],
        ttl=weather().ttl,
        owner="ops",
    )

    def register(_: int) -> int:
        with ft.connect(database.url, actor="racer") as store:
            return store.register(wider).position

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(register, range(6))) == [23] * 6


@pytest.mark.tiers("embedded", "apache")
def test_threads_ask_for_the_definitions_at_the_same_time(database: Database) -> None:
    with (
        Pool(database.url) as pool,
        ThreadPoolExecutor(4) as threads,
        ft.connect(database.url, artifacts="database:") as store,
    ):
        filled(store)
        reader = RegistryReader(pool)
        with database.connect() as other, other.transaction():
            other.execute("LOCK TABLE featuretrail.events IN ACCESS EXCLUSIVE MODE")
            asked = [threads.submit(reader.current) for _ in range(4)]
            together = eventually(lambda: pool.pool_use().in_use == 4)
        found = {answer.result().position for answer in asked}

        assert together
        assert found == {store.registry().position}
