"""Weather of three airports, and copies of its matrix with faults in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

import featuretrail as ft

START = datetime(2025, 3, 1, tzinfo=UTC)
ORIGINS = ("EWR", "JFK", "LGA")
HOURS = 200

WEATHER = ft.FeatureGroup(
    "weather",
    keys={"origin": "text"},
    features=[
        ft.Feature("temp", "float64", constraints=ft.Range(-60, 140)),
        ft.Feature("gust", "int64"),
        ft.Feature("sky", "text"),
    ],
)
CONDITIONS = ft.FeatureSet("conditions", ["weather.temp", "weather.gust", "weather.sky"])
SNAPSHOT = "conditions@1.0.0"


def hourly(seed: int = 7, hours: int = HOURS) -> pa.Table:
    """Return the weather of all airports, every hour; ``gust`` is NULL now and then."""
    chance = np.random.default_rng(seed)
    size = hours * len(ORIGINS)
    times = [START + timedelta(hours=hour) for hour in range(hours)]
    return pa.table(
        {
            "origin": np.repeat(ORIGINS, hours),
            "event_time": pa.array(times * len(ORIGINS), pa.timestamp("us", tz="UTC")),
            "temp": chance.normal(50, 15, size),
            "gust": pa.array(chance.integers(1, 60, size), mask=chance.random(size) < 0.05),
            "sky": chance.choice(["clear", "rain", "snow"], size),
        }
    )


def fill(store: ft.TimescaleDBFeatureStore) -> pa.Table:
    """Register, ingest and freeze the weather; return the snapshot's matrix."""
    store.register(WEATHER, CONDITIONS)
    table = hourly()
    store.ingest("weather", table)
    store.create_feature_snapshot("conditions", table.select(["origin", "event_time"]))
    return store.get_feature_snapshot(SNAPSHOT).to_arrow()


def changed(table: pa.Table, name: str, column: Any) -> pa.Table:
    """Return ``table`` with another column in place of one."""
    array = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)
    return table.set_column(table.column_names.index(name), name, array)


def numbers(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a column as a numpy array that may be written to; NULL is NaN."""
    return np.array(table.column(name).to_numpy(), np.float64)


def moved(table: pa.Table, by: timedelta) -> pa.Table:
    """Return ``table`` with its times moved."""
    micros = table.column("event_time").cast(pa.int64()).to_numpy() + by // timedelta(
        microseconds=1
    )
    return changed(table, "event_time", pa.array(micros).cast(pa.timestamp("us", tz="UTC")))
