"""Bad and rare questions through the face: a clear error or the right answer, by every way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, InvalidSpineError, NotFoundError
from tests.store.weather import NOON, filled, hourly

TEMP = ["weather.temp"]


@pytest.fixture
def weather_store(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    filled(store)
    return store


def ask(
    store: ft.TimescaleDBFeatureStore, origins: Any, features: Any = TEMP, **changed: Any
) -> pa.Table:
    times = pa.array([NOON] * len(origins), pa.timestamp("us", tz="UTC"))
    return store.get_historical_features(
        {"origin": origins, "event_time": times}, features, **changed
    )


def bytes_as_text(content: bytes) -> pa.Array:
    offsets = pa.array([0, len(content)], pa.int32()).buffers()[1]
    return pa.StringArray.from_buffers(1, offsets, pa.py_buffer(content))


@pytest.mark.parametrize(
    ("key", "message"),
    [(pa.array(["a\0"]), r"NUL.*row 0"), (bytes_as_text(b"\xff"), r"not valid UTF-8.*row 0")],
)
def test_a_key_that_cannot_be_stored_is_refused_by_every_way(
    weather_store: ft.TimescaleDBFeatureStore, key: pa.Array, message: str
) -> None:
    for method in ("sql", "pull"):
        with pytest.raises(InvalidSpineError, match=message):
            ask(weather_store, key, method=method)
    with pytest.raises(InvalidSpineError, match=message):
        weather_store.get_online_features(TEMP, {"origin": key})


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["EWR", "JFK"])])
def test_categories_of_polars_are_keys_and_values(
    weather_store: ft.TimescaleDBFeatureStore, dtype: Any
) -> None:
    origins = pl.Series(["EWR", "JFK"], dtype=dtype)
    frame = pl.DataFrame({"origin": origins, "event_time": [NOON, NOON]})
    asked = weather_store.get_historical_features(frame, TEMP)
    assert asked["temp"].to_pylist() == [60.0, 61.0]
    skies = frame.with_columns(temp=pl.lit(1.0), sky=origins)
    weather_store.ingest("weather", skies)
    assert ask(weather_store, ["EWR"], ["weather.sky"])["sky"].to_pylist() == ["EWR"]


@pytest.mark.parametrize("method", ["sql", "pull"])
def test_the_beginning_of_time_can_be_asked_for(
    weather_store: ft.TimescaleDBFeatureStore, method: str
) -> None:
    spine = {"origin": ["EWR"], "event_time": [datetime(1, 1, 1, tzinfo=UTC)]}
    table = weather_store.get_historical_features(
        spine, TEMP, closed="left", status=True, method=method
    )
    assert table["temp__status"].to_pylist() == ["missing"]


def online(store: ft.TimescaleDBFeatureStore, features: Any, **options: Any) -> pa.Table:
    return store.get_online_features(features, {"origin": ["EWR"]}, **options)


def historical(store: ft.TimescaleDBFeatureStore, features: Any, **options: Any) -> pa.Table:
    return ask(store, ["EWR"], features, **options)


Way = Callable[..., pa.Table]


@pytest.mark.parametrize("read", [online, historical])
def test_output_columns_of_one_name_are_refused_not_lost(
    store: ft.TimescaleDBFeatureStore, read: Way
) -> None:
    keys = {"origin": "text"}
    parts = [ft.Feature("b", "int64"), ft.Feature("_b", "int64")]
    state = [ft.Feature("status", "text")]
    store.register(
        ft.FeatureGroup("a", keys, parts),
        ft.FeatureGroup("a_", keys, parts),
        ft.FeatureGroup("x", keys, state),
        ft.FeatureGroup("y", keys, state),
        ft.FeatureGroup("z", keys, [ft.Feature("x", "int64")]),
    )
    with pytest.raises(InvalidInputError, match="2 columns named 'a___b'"):
        read(store, ["a.b", "a._b", "a_.b", "a_._b"])
    stated = ["x.status", "y.status", "z.x"]
    with pytest.raises(InvalidInputError, match="2 columns named 'x__status'"):
        read(store, stated, status=True)
    assert read(store, stated).column_names[-3:] == ["x__status", "y__status", "x"]


@pytest.mark.parametrize("read", [online, historical])
@pytest.mark.parametrize("features", [None, 5, b"weather.temp"])
def test_features_that_are_no_references_are_refused(
    weather_store: ft.TimescaleDBFeatureStore, read: Way, features: Any
) -> None:
    with pytest.raises(InvalidInputError, match="list of references"):
        read(weather_store, features)


def test_positions_of_numpy_are_positions(weather_store: ft.TimescaleDBFeatureStore) -> None:
    known = ask(weather_store, ["EWR"], known_at=np.int64(weather_store.position))
    assert known["temp"].to_pylist() == [60.0]


def test_no_time_of_pandas_is_no_moment(weather_store: ft.TimescaleDBFeatureStore) -> None:
    nat: Any = pd.NaT
    with pytest.raises(InvalidInputError, match="known_at is NaT"):
        ask(weather_store, ["EWR"], known_at=nat)
    with pytest.raises(InvalidInputError, match="from_event_time is NaT"):
        weather_store.retract("weather", {"origin": "EWR"}, nat, "a slip")


@pytest.mark.parametrize("words", [{"actor": 5}, {"reason": b"why"}, {"reason": "\ud800"}])
def test_actor_and_reason_are_text(
    weather_store: ft.TimescaleDBFeatureStore, words: dict[str, Any]
) -> None:
    before = weather_store.position
    with pytest.raises(InvalidInputError, match=next(iter(words))):
        weather_store.ingest("weather", hourly(), **words)
    assert weather_store.position == before


def test_a_group_whose_name_is_no_text_is_not_found(
    weather_store: ft.TimescaleDBFeatureStore,
) -> None:
    with pytest.raises(NotFoundError, match="no feature group"):
        weather_store.ingest(["weather"], hourly())  # type: ignore[arg-type]


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_value_ahead_of_the_clock_is_not_online_before_its_time(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    keys = {"origin": "text"}
    store.register(ft.FeatureGroup("clock", keys, [ft.Feature("x", "int64")]))
    now = datetime.now(UTC)
    for x, seconds in ((1, -30), (2, 45)):
        moment = [now + timedelta(seconds=seconds)]
        store.ingest("clock", {"origin": ["EWR"], "event_time": moment, "x": [x]})
    table = online(store, ["clock.x"], status=True)
    assert table.to_pylist() == [{"origin": "EWR", "x": 1, "x__status": "present"}]
    store.retract("clock", {"origin": "EWR"}, now + timedelta(seconds=40), "a slip")
    assert online(store, ["clock.x"])["x"].to_pylist() == [1]


def test_a_later_retraction_that_begins_earlier_hides_what_came_between(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    keys = {"origin": "text"}
    store.register(ft.FeatureGroup("torn", keys, [ft.Feature("x", "int64")]))
    store.retract("torn", {"origin": "EWR"}, NOON - timedelta(hours=2), "a slip")
    moment = pa.array([NOON - timedelta(hours=1)], pa.timestamp("us", tz="UTC"))
    store.ingest("torn", {"origin": ["EWR"], "event_time": moment, "x": [1]})
    store.retract("torn", {"origin": "EWR"}, NOON - timedelta(hours=3), "another slip")
    for method in ("sql", "pull"):
        table = ask(store, ["EWR"], ["torn.x"], status=True, event_time=True, method=method)
        assert table["x__status"].to_pylist() == ["retracted"]
        assert table["x__event_time"].to_pylist() == [NOON - timedelta(hours=2)]
    assert online(store, ["torn.x"], status=True)["x__status"].to_pylist() == ["retracted"]
