"""Bad input is refused with a clear error, and nothing is written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.errors import (
    InvalidDefinitionError,
    InvalidInputError,
    InvalidNameError,
    InvalidValuesError,
    NaiveTimeError,
)
from tests.values.store import DAY, Values, hours, weather

UTC_US = pa.timestamp("us", tz="UTC")


def without(*names: str) -> dict[str, Any]:
    return {name: column for name, column in weather().items() if name not in names}


def not_utf8() -> pa.Array:
    offsets = pa.array([0, 1, 2, 3], pa.int32()).buffers()[1]
    return pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"a\xffb"))


def repeated_names() -> pa.Table:
    table = pa.table(weather())
    return table.append_column("temp", table["temp"])


BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "unknown column": (weather(tmep=[1.0] * 3), InvalidValuesError, "did you mean 'temp'"),
    "unknown version": (
        {**weather(), "temp@7.0.0": [1.0] * 3}, InvalidValuesError, "no feature version",
    ),
    "malformed version": ({**weather(), "temp@x": [1.0] * 3}, InvalidValuesError, "version"),
    "one column by two names": (
        {**weather(), "temp@1.0.0": [1.0] * 3}, InvalidValuesError, "give one of them",
    ),
    "missing feature": (without("temp"), InvalidValuesError, "partial=True"),
    "missing key": (without("origin"), InvalidValuesError, "column 'origin' is missing"),
    "missing event time": (without("event_time"), InvalidValuesError, "'event_time' is missing"),
    "NULL text key": (
        weather(origin=["EWR", None, "JFK"]), InvalidValuesError, "'origin' is NULL .*row 1",
    ),
    "NULL number key": (weather(station=[1, 2, None]), InvalidValuesError, "'station' is NULL"),
    "NULL event time": (
        weather(event_time=pa.array([DAY, None, None], UTC_US)),
        InvalidValuesError, r"'event_time' is NULL .*rows 1, 2",
    ),
    "text for a float": (weather(temp=["1", "2", "3"]), InvalidValuesError, "must be float64"),
    "float for an int": (weather(gusts=[1.0, 2.0, 3.0]), InvalidValuesError, "must be int64"),
    "int for a bool": (weather(rain=[1, 0, 1]), InvalidValuesError, "must be bool"),
    "int for text": (weather(sky=[1, 2, 3]), InvalidValuesError, "must be text"),
    "text for a time": (
        weather(event_time=["2013-01-01T00:00Z"] * 3), InvalidValuesError, "must be timestamptz",
    ),
    "date for a time": (
        weather(sunrise=[DAY.date()] * 3), InvalidValuesError, "must be timestamptz",
    ),
    "bytes for text": (weather(sky=[b"a", b"b", b"c"]), InvalidValuesError, "decode"),
    "int that no float holds": (
        weather(temp=[1, 2**53 + 1, 3]), InvalidValuesError, r"cannot keep exactly.*row 1",
    ),
    "unsigned beyond int64": (
        weather(gusts=np.array([1, 2, 2**64 - 1], np.uint64)),
        InvalidValuesError, r"cannot keep exactly.*row 2",
    ),
    "naive times": (
        weather(event_time=[datetime(2013, 1, 1, n) for n in range(3)]),  # noqa: DTZ001
        NaiveTimeError, "column 'event_time' has no time zone",
    ),
    "naive numpy times": (
        weather(event_time=np.array(["2013-01-01"] * 3, "M8[us]")), NaiveTimeError, "pyarrow",
    ),
    "naive pandas times": (
        pd.DataFrame(weather(event_time=pd.date_range("2013", periods=3))),
        NaiveTimeError, "tz_localize",
    ),
    "one naive time among aware ones": (
        weather(event_time=[DAY, datetime(2013, 1, 2), DAY]),  # noqa: DTZ001
        NaiveTimeError, "event_time",
    ),
    "naive feature times": (
        weather(sunrise=[datetime(2013, 1, 1)] * 3), NaiveTimeError, "sunrise",  # noqa: DTZ001
    ),
    "nanoseconds beside microseconds": (
        weather(event_time=pa.array([1, 1000, 2000], pa.timestamp("ns", tz="UTC"))),
        InvalidValuesError, r"whole microseconds.*row 0\)",
    ),
    "year 1": (
        weather(event_time=[datetime(1, 1, 1, tzinfo=UTC), DAY, DAY]),
        InvalidValuesError, "before 1678-01-01",
    ),
    "year 1677": (
        weather(event_time=[datetime(1677, 12, 31, tzinfo=UTC), DAY, DAY + timedelta(1)]),
        InvalidValuesError, r"row 0\)",
    ),
    "year 9999": (
        weather(event_time=[DAY, DAY + timedelta(1), datetime(9999, 12, 31, tzinfo=UTC)]),
        InvalidValuesError, "9999-12-31.*after the server's clock",
    ),
    "a day ahead": (
        weather(event_time=[DAY, DAY + timedelta(1), datetime.now(UTC) + timedelta(days=1)]),
        InvalidValuesError, "after the server's clock",
    ),
    "seconds beyond microseconds": (
        weather(event_time=pa.array([0, 1, 2**60], pa.timestamp("s", tz="UTC"))),
        InvalidValuesError, "event_time",
    ),
    "a feature time after year 9999": (
        weather(sunrise=pa.array([0, 1, 2**62], UTC_US)), InvalidValuesError, "years 1 to 9999",
    ),
    "repeated rows": (
        weather(event_time=hours(1, 2, 1), origin=["EWR", "EWR", "EWR"]),
        InvalidValuesError, r"rows 0 and 2: origin 'EWR', station 1, event_time 2013-01-01T01",
    ),
    "invalid UTF-8": (weather(sky=not_utf8()), InvalidValuesError, r"not valid UTF-8.*row 1\)"),
    "invalid UTF-8 in a key": (weather(origin=not_utf8()), InvalidValuesError, "not valid UTF-8"),
    "lone surrogate": (weather(sky=["a", "\ud800", "c"]), InvalidInputError, "column 'sky'"),
    "NUL character": (weather(sky=["a", "b\0", None]), InvalidValuesError, r"NUL.*row 1\)"),
    "a key too long for the index": (
        weather(origin=["x", "y" * 2501, "z"]), InvalidValuesError, r"2500 bytes.*row 1\)",
    ),
    "columns of the same name": (repeated_names(), InvalidInputError, "2 columns named 'temp'"),
    "ragged columns": (weather(temp=[1.0]), InvalidInputError, "ragged.*temp 1"),
    "mixed objects": (
        pd.DataFrame(weather(sky=["a", 1, None])), InvalidInputError, "column 'sky'.*one type",
    ),
    "a table in a column": (
        weather(temp=np.zeros((3, 2))), InvalidInputError, "2 dimensions",
    ),
    "a lazy frame": (pl.LazyFrame({"a": [1]}), InvalidInputError, "collect"),
    "a number": (42, InvalidInputError, "of type int"),
    "no columns": ({}, InvalidValuesError, "'origin' is missing"),
    "only keys and time": (
        {name: weather()[name] for name in ("origin", "station", "event_time")},
        InvalidValuesError, "partial=True",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_is_refused_and_nothing_is_written(values: Values, case: str) -> None:
    data, kind, message = BAD[case]
    values.ingest("weather", weather())
    before = values.counts()

    with pytest.raises(kind, match=f"(?s){message}"):
        values.ingest("weather", data)

    assert values.counts() == before


def test_an_injecting_column_name_is_only_an_unknown_column(values: Values) -> None:
    before = values.counts()

    with pytest.raises(InvalidValuesError, match="no column"):
        values.ingest("weather", {**weather(), 'x"; DROP TABLE featuretrail.events; --': [1] * 3})

    assert values.counts() == before


def test_values_that_try_injection_are_stored_as_text(values: Values) -> None:
    attack = "'); DROP TABLE featuretrail.events; --"

    values.ingest("weather", weather(1, origin=[attack], sky=[attack]))

    assert [(row["origin"], row["sky"]) for row in values.values()] == [(attack, attack)]


@pytest.mark.parametrize("name", ['a"b', "a b", "a;b", "", "1a", "a__b", "x" * 64, "a\0b", "a'b"])
def test_injecting_names_are_refused_before_they_reach_the_database(name: str) -> None:
    with pytest.raises(InvalidNameError):
        FeatureGroup(name, keys={"k": "int64"})
    with pytest.raises(InvalidNameError):
        FeatureGroup("g", keys={name: "int64"})


@pytest.mark.parametrize("option", ["first", None, True])
def test_an_unknown_way_with_duplicates_is_refused(values: Values, option: Any) -> None:
    with pytest.raises(InvalidInputError, match="'error' or 'last'"):
        values.ingest("weather", weather(), on_duplicate=option)


@pytest.mark.parametrize("key", ["", "a\0b", "x" * 501, 7])
def test_an_idempotency_key_must_be_printable_text(values: Values, key: Any) -> None:
    with pytest.raises(InvalidInputError, match="idempotency_key"):
        values.ingest("weather", weather(), idempotency_key=key)


def test_the_last_of_repeated_rows_is_kept_on_request(values: Values) -> None:
    given = weather(3, event_time=hours(2, 1, 2), temp=[1.0, 2.0, 3.0])

    receipt = values.ingest("weather", given, on_duplicate="last")

    assert receipt.rows == 2
    assert [row["temp"] for row in values.values()] == [2.0, 3.0]
    assert [row["temp"] for row in values.online()] == [3.0]


def test_narrower_numbers_and_other_zones_are_widened_exactly(values: Values) -> None:
    given = weather(
        3,
        station=np.array([1, 2, 3], np.int16),
        temp=np.array([1.5, 2.5, 3.5], np.float32),
        gusts=np.array([1, 2, 3], np.uint8),
        event_time=pa.array([1000, 2000, 3000], pa.timestamp("ms", tz="Europe/Berlin")),
        sky=pa.array(["a", "b", "a"]).dictionary_encode(),
    )

    values.ingest("weather", given)

    stored = values.values()
    assert [row["temp"] for row in stored] == [1.5, 2.5, 3.5]
    assert stored[0]["event_time"] == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert [row["sky"] for row in stored] == ["a", "b", "a"]


def test_known_times_are_required_and_never_in_the_future(values: Values) -> None:
    values.register(
        FeatureGroup("loads", {"k": "int64"}, [Feature("x", "float64")], known_time="loaded_at")
    )
    now = datetime.now(UTC)
    row: dict[str, Any] = {"k": [1], "event_time": [DAY], "x": [1.0]}

    def refused(message: str, **changed: Any) -> None:
        with pytest.raises(InvalidValuesError, match=message):
            values.ingest("loads", {**row, **changed})

    before = values.counts("loads")
    refused("'loaded_at' is missing")
    refused("'loaded_at' is NULL", loaded_at=pa.array([None], UTC_US))
    refused("before 1678", loaded_at=[datetime(1, 1, 1, tzinfo=UTC)])
    refused("nothing is known before", loaded_at=[now + timedelta(seconds=30)])
    assert values.counts("loads") == before
    values.ingest("loads", {**row, "loaded_at": [now]})
    assert [stored["loaded_at"] for stored in values.values("loads")] == [now]


@pytest.mark.parametrize(
    "group",
    [
        FeatureGroup("Order", {"select": "text", "größe": "int64"}, [Feature("From", "text")]),
        FeatureGroup("g" * 63, {"k" * 63: "text"}, [Feature("f" * 63, "bool")]),
        FeatureGroup("ü" * 31, {"日本": "text"}, [Feature("où", "float64")]),
    ],
)
@pytest.mark.tiers("embedded", "apache", "community")
def test_names_that_need_quoting_work_end_to_end(values: Values, group: FeatureGroup) -> None:
    values.register(group)
    sample: dict[str, list[Any]] = {"text": ["a"], "int64": [1], "bool": [True], "float64": [0.5]}
    types = {**group.keys, **{feature.name: feature.dtype for feature in group.features}}
    row = {name: sample[dtype] for name, dtype in types.items()}

    values.ingest(group.name, {**row, "event_time": [DAY]})
    values.retract(group.name, {key: row[key][0] for key in group.keys}, DAY)

    [stored] = values.values(group.name)
    assert {name: [stored[name]] for name in row} == row
    assert [newest["layout"] for newest in values.online(group.name)] == [0]


def test_a_group_wider_than_a_table_is_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="split it into several groups"):
        FeatureGroup("wide", {"k": "int64"}, [Feature(f"x{n}", "float64") for n in range(1600)])


def test_more_columns_than_postgresql_has_are_refused(values: Values) -> None:
    before = values.log.head().position

    with pytest.raises(InvalidDefinitionError, match="1600 columns"):
        values.register(
            FeatureGroup("wide", {"k": "int64"}, [Feature(f"x{n}", "bool") for n in range(1600)])
        )

    assert values.log.head().position == before


def test_nine_hundred_features_are_ingested(values: Values) -> None:
    names = [f"x{n}" for n in range(900)]
    values.register(FeatureGroup("wide", {"k": "int64"}, [Feature(n, "float64") for n in names]))
    numbers: Callable[[int], dict[str, list[float]]] = lambda row: {  # noqa: E731
        name: [n + row / 2] for n, name in enumerate(names)
    }

    values.ingest("wide", {"k": [1], "event_time": [DAY], **numbers(0)})
    values.ingest("wide", {"k": [1], "event_time": hours(1), **numbers(1)})

    [newest] = values.online("wide")
    assert [newest[name] for name in names] == [n + 0.5 for n in range(900)]
    assert len(values.values("wide")) == 2


def test_a_row_too_large_for_a_page_is_refused_and_nothing_is_written(values: Values) -> None:
    features = [Feature(f"{dtype}{n}", dtype) for n in range(780) for dtype in ("bool", "float64")]
    values.register(FeatureGroup("padded", {"k": "int64"}, features))
    row = {f.name: [True] if f.dtype == "bool" else [1.0] for f in features}
    before = values.counts("padded")

    with pytest.raises(InvalidValuesError, match="larger than PostgreSQL can store"):
        values.ingest("padded", {"k": [1], "event_time": [DAY], **row})

    assert values.counts("padded") == before
