"""What cannot be joined is refused with a message that says why and what to do."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.errors import (
    InvalidInputError,
    InvalidNameError,
    InvalidSpineError,
    NaiveTimeError,
    NotFoundError,
)

T = datetime(2024, 5, 1, 12, tzinfo=UTC)
GROUP = ft.FeatureGroup(
    "weather",
    keys={"origin": "text", "station": "int64"},
    features=[ft.Feature("temp", "float64"), ft.Feature("sky", "text")],
)
INJECTION = "'); DROP TABLE featuretrail_values.weather; --\\"


@pytest.fixture
def weather(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    store.register(GROUP)
    store.ingest(
        "weather",
        {
            "origin": ["EWR", INJECTION],
            "station": [1, 1],
            "event_time": [T, T],
            "temp": [20.5, float("nan")],
            "sky": ["clear", None],
        },
    )
    return store


def spine(**changed: Any) -> dict[str, Any]:
    return {"origin": ["EWR"], "station": [1], "event_time": [T], **changed}


def join(store: ft.TimescaleDBFeatureStore, given: Any, *features: str, **more: Any) -> pa.Table:
    return store.get_historical_features(given, list(features or ["weather.temp"]), **more)


def test_a_naive_time_is_refused_with_the_way_to_fix_it(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    with pytest.raises(NaiveTimeError, match=r"tz_localize\('UTC'\)"):
        join(weather, spine(event_time=[datetime(2024, 5, 1)]))  # noqa: DTZ001


def test_a_time_that_is_text_is_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidSpineError, match="has type string; give times with a time zone"):
        join(weather, spine(event_time=["2024-05-01T12:00:00Z"]))


def test_a_null_time_is_refused_with_its_row(weather: ft.TimescaleDBFeatureStore) -> None:
    given = spine(origin=["EWR"] * 3, station=[1] * 3, event_time=[T, None, T])
    with pytest.raises(InvalidSpineError, match="'event_time' is NULL in row 1"):
        join(weather, given)


def test_times_that_are_all_null_are_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidSpineError, match="'event_time' is NULL in row 0"):
        join(weather, spine(event_time=[None]))


def test_a_null_key_is_refused_with_its_row(weather: ft.TimescaleDBFeatureStore) -> None:
    given = spine(origin=["EWR", None], station=[1, 2], event_time=[T, T])
    with pytest.raises(InvalidSpineError, match="'origin' is NULL in row 1"):
        join(weather, given)


def test_many_faulty_rows_are_counted(weather: ft.TimescaleDBFeatureStore) -> None:
    given = spine(origin=[None] * 9, station=[1] * 9, event_time=[T] * 9)
    with pytest.raises(InvalidSpineError, match="in rows 0, 1, 2, 3, 4 and 4 more"):
        join(weather, given)


def test_times_finer_than_microseconds_are_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    fine = pa.array([1_700_000_000_000_000_001], pa.timestamp("ns", tz="UTC"))
    with pytest.raises(
        InvalidSpineError, match="finer than microseconds, or out of range in row 0"
    ):
        join(weather, spine(event_time=fine))


def test_years_beyond_9999_are_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    late = pa.array([300_000_000_000], pa.timestamp("s", tz="UTC"))
    with pytest.raises(InvalidSpineError, match="outside the years 1 to 9999 in row 0"):
        join(weather, spine(event_time=late))


def test_year_1_and_year_9999_are_joined(weather: ft.TimescaleDBFeatureStore) -> None:
    ends = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    given = spine(origin=["EWR"] * 2, station=[1] * 2, event_time=ends)
    for method in ("sql", "pull"):
        assert join(weather, given, method=method)["temp"].to_pylist() == [None, 20.5]


def test_a_missing_time_column_is_named_with_those_alike(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    given = {"origin": ["EWR"], "station": [1], "event_tme": [T]}
    with pytest.raises(NotFoundError, match="'event_time'; did you mean 'event_tme'"):
        join(weather, given)


def test_a_missing_key_column_is_named_with_those_alike(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    given = {"orgin": ["EWR"], "station": [1], "event_time": [T]}
    with pytest.raises(NotFoundError, match="'origin'; did you mean 'orgin'"):
        join(weather, given)


@pytest.mark.parametrize(
    ("column", "values"),
    [("station", ["1"]), ("station", [1.0]), ("origin", [7]), ("origin", [b"EWR"])],
)
def test_a_key_of_another_type_is_refused(
    weather: ft.TimescaleDBFeatureStore, column: str, values: list[object]
) -> None:
    with pytest.raises(InvalidSpineError, match=f"key column '{column}' of the spine has type"):
        join(weather, spine(**{column: values}))


def test_a_key_beyond_int64_is_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidSpineError, match="is not int64"):
        join(weather, spine(station=np.array([2**64 - 1], np.uint64)))


def test_duplicate_columns_are_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    table = pa.table(
        [["EWR"], [1], [T], ["a"], ["b"]], names=["origin", "station", "event_time", "x", "x"]
    )
    with pytest.raises(InvalidInputError, match="2 columns named 'x'"):
        join(weather, table)


def test_unknown_features_versions_and_groups_are_named_with_those_alike(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    for wrong, hint in (
        ("weather.tmp", r"did you mean 'weather\.temp'"),
        ("weather.temp@3.0.0", r"weather\.temp@1\.0\.0"),
        ("wether.temp", "did you mean 'weather'"),
    ):
        with pytest.raises(NotFoundError, match=hint):
            join(weather, spine(), wrong)


def test_a_reference_with_an_injection_is_no_name(weather: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidNameError):
        join(weather, spine(), 'weather.temp"; DROP TABLE x; --')


@pytest.mark.parametrize("method", ["sql", "pull"])
def test_a_key_with_an_injection_is_a_value_like_any_other(
    weather: ft.TimescaleDBFeatureStore, method: str
) -> None:
    table = join(weather, spine(origin=[INJECTION]), method=method)
    assert np.isnan(table["temp"][0].as_py())
    assert join(weather, spine(), method=method)["temp"].to_pylist() == [20.5]


def test_wrong_arguments_are_named(weather: ft.TimescaleDBFeatureStore) -> None:
    for argument, wrong in (("closed", "both"), ("knowledge", "all"), ("method", "magic")):
        with pytest.raises(InvalidInputError, match=f"{argument} is '{wrong}'"):
            join(weather, spine(), **{argument: wrong})


def test_no_features_are_refused(weather: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(InvalidInputError, match="name at least one"):
        weather.get_historical_features(spine(), [])


def test_a_spine_without_rows_gives_an_empty_typed_table(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    none = {
        "origin": pa.array([], pa.string()),
        "station": pa.array([], pa.int64()),
        "event_time": pa.array([], pa.timestamp("us", tz="UTC")),
    }
    table = join(weather, none, "weather.temp", "weather.sky", status=True, event_time=True)
    assert table.num_rows == 0
    assert [str(table.schema.field(n).type) for n in ("temp", "sky", "sky__status")] == [
        "double", "string", "string",
    ]  # fmt: skip


def test_an_output_column_that_the_spine_has_already_is_refused(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    with pytest.raises(InvalidInputError, match="needs a column 'temp__status'"):
        join(weather, spine(temp__status=["x"]), status=True)


def test_a_feature_named_like_a_spine_column_gets_its_group_in_front(
    weather: ft.TimescaleDBFeatureStore,
) -> None:
    table = join(weather, spine(temp=[1.0]), "weather.temp", "weather.sky")
    assert table.to_pylist() == [
        {**_first(spine()), "temp": 1.0, "weather__temp": 20.5, "sky": "clear"}
    ]


def _first(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: values[0] for name, values in columns.items()}


def test_times_of_any_zone_and_unit_come_out_in_utc(weather: ft.TimescaleDBFeatureStore) -> None:
    tokyo = timezone(timedelta(hours=9))
    given = spine(event_time=pa.array([T.astimezone(tokyo)], pa.timestamp("s", tz="Asia/Tokyo")))
    table = join(weather, given)
    assert table.schema.field("event_time").type == pa.timestamp("us", tz="UTC")
    assert table["temp"].to_pylist() == [20.5]


def test_pandas_polars_and_dictionaries_are_spines(weather: ft.TimescaleDBFeatureStore) -> None:
    columns = spine()
    encoded = pa.table({**columns, "origin": pa.array(["EWR"]).dictionary_encode()})
    for given in (pd.DataFrame(columns), pl.DataFrame(columns), [_first(columns)], encoded):
        for method in ("sql", "pull"):
            assert join(weather, given, method=method)["temp"].to_pylist() == [20.5]
